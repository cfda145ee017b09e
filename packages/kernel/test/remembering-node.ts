import { defineState, type MessageType, type NodeDefinition, type Position, type StateView } from '@millrace/contracts'
import { Type } from 'typebox'
import type { GraphPart } from '../src/graph/graph-parts.js'
import type { MemoryDisk } from './memory-disk.js'
import type { RandomCase } from './random-graph.js'
import { definitionOf, keys, missing, type Waits } from './run-random-graph.js'

const seenState = defineState('test.seen', Type.Array(Type.String()))

/** How many positions one value holds: nodes read and write several keys. */
const chunk = 4

/**
 * An ordered node that keeps what it has seen in its state, and nowhere else.
 *
 * @param keyAt what it keeps apart of the rest, as it may be in another slot
 */
export function rememberingDefinitionOf(
  testCase: RandomCase,
  node: number,
  types: readonly MessageType[],
  waits: Waits,
  keyAt: (at: Position) => number,
): GraphPart {
  const definition = definitionOf(testCase, node, types, waits, [])
  if (definition.kind !== 'node') return definition
  const { handle } = definition
  const countOf = (at: Position): string => `count ${keyAt(at)}`
  const chunkOf = (at: Position): string => `${keyAt(at)} ${firstOf(at)}`
  return {
    ...definition,
    state: { seen: { type: seenState, keys: ({ at }: { at: Position }) => [countOf(at), chunkOf(at)] } },
    handle: (payload: { at: Position }, context: { state: { seen: StateView<readonly string[]> } }) => {
      const { seen } = context.state
      const [counter, key] = [countOf(payload.at), chunkOf(payload.at)]
      const [count = '0'] = seen.get(counter) ?? []
      seen.set(counter, [String(Number(count) + 1)])
      seen.set(key, [...(seen.get(key) ?? []), `${count.padStart(6, '0')} ${payload.at}`])
      return (handle as (payload: unknown, context: unknown) => unknown)(payload, context)
    },
  } as unknown as NodeDefinition // as defineNode makes it
}

/** What a node has seen of each key, in the order in which it has. */
export function seenIn(disk: MemoryDisk, node: string): readonly string[] {
  return keys.flatMap((key) => seenOf(disk, node, key))
}

function seenOf(disk: MemoryDisk, node: string, key: number): readonly string[] {
  const chunks = Array.from({ length: 1000 }, (_, index) => `${key} ${index * chunk}`)
  const lines = chunks.flatMap((name) => (disk.value(`${node}.seen`, name) as string[] | undefined) ?? [])
  return lines.sort().map((line) => line.split(' ')[1] ?? missing())
}

function firstOf([seq = 0]: Position): number {
  return seq - (seq % chunk)
}
