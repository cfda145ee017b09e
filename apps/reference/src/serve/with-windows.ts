import type { HandlerContext, NodeDefinition, PayloadOf, StateUse } from '@millrace/contracts'
import { instantOf } from '../ingress/instant.js'
import { windowKeys } from '../ingress/time-keys.js'
import type { LoadWindows } from '../policy/load-windows.js'
import { windowsOf } from '../policy/load-windows.js'
import { Windows, WindowsQuery } from './messages.js'

const msPerDay = 86_400_000

/** The node that decides, which also tells what it knows of a customer's windows: nobody else may look into its state. */
export function withWindows(decide: NodeDefinition): NodeDefinition {
  const handle = decide.handle as (payload: unknown, context: unknown) => unknown // called with what the runner gives it
  return {
    ...decide,
    consumes: [...decide.consumes, WindowsQuery],
    emits: [...decide.emits, Windows],
    state: Object.fromEntries(Object.entries(decide.state).map(([name, use]) => [name, withQuery(name, use)])),
    handle: (payload: unknown, context: HandlerContext) =>
      context.type === WindowsQuery.name
        ? Windows.of(windowsFor(payload as Query, context)) // of this type
        : handle(payload, context),
  }
}

type Query = PayloadOf<typeof WindowsQuery>

function withQuery(name: string, use: StateUse): StateUse {
  const keys = use.keys as (payload: unknown) => readonly string[] // of the payloads that the node consumes
  return { ...use, keys: (payload: unknown) => (isQuery(payload) ? keysFor(name, payload) : keys(payload)) }
}

function isQuery(payload: unknown): payload is Query {
  return typeof payload === 'object' && payload !== null && !('customer_day' in payload)
}

function keysFor(name: string, query: Query): readonly string[] {
  const { customer_day, customer_week } = keysOf(query)
  return name === 'days' ? [customer_day] : name === 'weeks' ? [customer_week] : []
}

function keysOf({ customer_id, time }: Query) {
  const instant = time === undefined ? Date.now() : instantOf(time)
  if (instant === undefined) throw new RangeError('the schema of the query takes a time that is no instant')
  return windowKeys(customer_id, instant)
}

function windowsFor(query: Query, { state }: HandlerContext): PayloadOf<typeof Windows> {
  const keys = keysOf(query)
  const windows: LoadWindows = windowsOf(keys as never, state as never) // it reads these two keys and these two states
  return {
    customer_id: query.customer_id,
    day: dateOf(keys.day),
    attempts: windows.attempts - 1,
    day_cents: windows.dayCents,
    week: dateOf(keys.monday),
    week_cents: windows.weekCents,
  }
}

function dateOf(day: number): string {
  return new Date(day * msPerDay).toISOString().replace(/T.*/, '')
}
