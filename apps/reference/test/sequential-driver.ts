import {
  type AppDefinition,
  isDefinition,
  type Message,
  type NodeDefinition,
  type PayloadOf,
} from '@millrace/contracts'
import { OutputLine } from '../src/messages.js'
import { createStateView } from './state-view.js'

type Handle = (payload: unknown, context: unknown) => Message | readonly Message[] | undefined

const limits = {
  attempts_per_day: 3,
  cents_per_day: 500_000,
  cents_per_week: 2_000_000,
  cents_per_prime: 999_900,
  primes_per_day: 1,
}

/** Runs the nodes of an application one after the other, depth first, without a runtime: handlers are functions. */
export function createSequentialDriver(app: AppDefinition): (message: Message) => PayloadOf<typeof OutputLine>[] {
  const nodes = app.parts.filter((part): part is NodeDefinition => isDefinition(part, 'node'))
  const spaces = new Map<string, Map<string, unknown>>()

  function drive(message: Message): PayloadOf<typeof OutputLine>[] {
    if (message.type === OutputLine) return [message.payload as PayloadOf<typeof OutputLine>] // told by its type
    const consumers = nodes.filter((node) => node.consumes.includes(message.type))
    return consumers.flatMap((node) => emitted(node, message.payload).flatMap(drive))
  }

  function emitted(node: NodeDefinition, payload: unknown): readonly Message[] {
    const handle = node.handle as Handle // the graph's types guarantee the payload
    return [handle(payload, { config: limits, state: viewsOf(node, payload) }) ?? []].flat()
  }

  function viewsOf(node: NodeDefinition, payload: unknown): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(node.state).map(([name, use]) => {
        const keys = (use.keys as (payload: unknown) => readonly string[])(payload)
        return [name, createStateView(spaceOf(`${node.name}.${name}`), keys)]
      }),
    )
  }

  function spaceOf(name: string): Map<string, unknown> {
    const space = spaces.get(name) ?? new Map<string, unknown>()
    spaces.set(name, space)
    return space
  }

  return drive
}
