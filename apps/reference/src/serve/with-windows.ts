import type { HandlerContext, NodeDefinition, PayloadOf } from '@millrace/contracts'
import { type WindowViews, windowsOf } from '../policy/load-windows.js'
import { Windows, WindowsAt } from './messages.js'

const msPerDay = 86_400_000

/**
 * The node that decides, which also tells what it knows of a customer's windows: nobody else may look into its state. The keys of
 * that state are fields of a question as they are of an attempt.
 */
export function withWindows(decide: NodeDefinition): NodeDefinition {
  const handle = decide.handle as (payload: unknown, context: unknown) => unknown // called with what the runner gives it
  return {
    ...decide,
    consumes: [...decide.consumes, WindowsAt],
    emits: [...decide.emits, Windows],
    handle: (payload: unknown, context: HandlerContext<unknown, WindowViews>) =>
      context.type === WindowsAt.name
        ? Windows.of(windowsFor(payload as Asked, context.state)) // of this type
        : handle(payload, context),
  }
}

type Asked = PayloadOf<typeof WindowsAt>

function windowsFor(asked: Asked, views: WindowViews): PayloadOf<typeof Windows> {
  const { attempts, dayCents, weekCents } = windowsOf(asked, views)
  return {
    customer_id: asked.customer_id,
    day: dateOf(asked.day),
    attempts: attempts - 1, // a question is no attempt
    day_cents: dayCents,
    week: dateOf(asked.monday),
    week_cents: weekCents,
  }
}

function dateOf(day: number): string {
  return new Date(day * msPerDay).toISOString().replace(/T.*/, '')
}
