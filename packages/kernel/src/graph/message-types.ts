import { isDeepStrictEqual } from 'node:util'
import type { Finding, MessageType } from '@millrace/contracts'
import { consumedBy, describePart, emittedBy, type GraphPart } from './graph-parts.js'

/** The message types that some parts speak of, in the order in which they come up, one for each name. */
export function messageTypes(parts: readonly GraphPart[]): readonly MessageType[] {
  const byName = new Map<string, MessageType>()
  for (const type of parts.flatMap(typesOf)) if (!byName.has(type.name)) byName.set(type.name, type)
  return [...byName.values()]
}

/** What is wrong with names that stand for two different message types; two equal definitions of one are no mistake. */
export function ambiguousTypes(parts: readonly GraphPart[]): readonly Finding[] {
  const first = new Map<string, { readonly type: MessageType; readonly part: GraphPart }>()
  const findings = new Map<string, Finding>()
  for (const part of parts)
    for (const type of typesOf(part)) {
      const known = first.get(type.name)
      if (known === undefined) first.set(type.name, { type, part })
      else if (!findings.has(type.name)) {
        const difference = differenceOf(known.type, type)
        if (difference !== undefined) findings.set(type.name, ambiguous(type.name, known.part, part, difference))
      }
    }
  return [...findings.values()]
}

function typesOf(part: GraphPart): readonly MessageType[] {
  return [...consumedBy(part), ...emittedBy(part)]
}

function differenceOf(first: MessageType, second: MessageType): string | undefined {
  if (first === second) return undefined
  if (first.encoding !== second.encoding) return 'one carries JSON, the other bytes'
  if (first.reply !== second.reply) return 'one is a reply, the other is not'
  return isDeepStrictEqual(first.schema, second.schema) ? undefined : 'their schemas differ'
}

function ambiguous(name: string, first: GraphPart, second: GraphPart, difference: string): Finding {
  const users =
    first === second ? `both in ${describePart(first)}` : `in ${describePart(first)} and in ${describePart(second)}`
  return {
    code: 'GRAPH_DUPLICATE_NODE',
    message: `message type '${name}' is defined twice, ${users}, and ${difference}; rename one, or import the same definition in both places`,
  }
}
