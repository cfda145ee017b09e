import type { GraphPart, InactivePart } from './graph-parts.js'
import { consumedBy, emittedBy } from './graph-parts.js'

/** Who makes and who takes messages of one type. */
export interface Traffic {
  readonly type: string
  readonly reply: boolean
  readonly emitters: readonly GraphPart[]
  readonly consumers: readonly GraphPart[]
  /** Sources that would make them if an adapter activated them. */
  readonly waitingEmitters: readonly InactivePart[]
  /** Sinks that would take them if an adapter activated them. */
  readonly waitingConsumers: readonly InactivePart[]
}

/** Collects for each type who makes and who takes it, in one pass over all parts. */
export function trafficOf(
  types: readonly { readonly name: string; readonly reply: boolean }[],
  active: readonly GraphPart[],
  inactive: readonly InactivePart[],
): readonly Traffic[] {
  const emitters = byType(active, emittedBy)
  const consumers = byType(active, consumedBy)
  const waitingEmitters = byType(inactive, emittedBy)
  const waitingConsumers = byType(inactive, consumedBy)
  return types.map(({ name, reply }) => ({
    type: name,
    reply,
    emitters: emitters.get(name) ?? [],
    consumers: consumers.get(name) ?? [],
    waitingEmitters: waitingEmitters.get(name) ?? [],
    waitingConsumers: waitingConsumers.get(name) ?? [],
  }))
}

/** Whether some node gets a message of this type from another one: no node gets its own. */
export function flows({ emitters, consumers }: Traffic): boolean {
  return emitters.some((emitter) => consumers.some((consumer) => consumer !== emitter))
}

function byType<Some extends GraphPart>(
  parts: readonly Some[],
  typesOf: (part: GraphPart) => readonly { readonly name: string }[],
): ReadonlyMap<string, readonly Some[]> {
  const index = new Map<string, Some[]>()
  for (const part of parts)
    for (const name of new Set(typesOf(part).map((type) => type.name))) {
      const listed = index.get(name)
      if (listed === undefined) index.set(name, [part])
      else listed.push(part)
    }
  return index
}
