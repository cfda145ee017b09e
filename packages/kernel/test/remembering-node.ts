import { defineState, type MessageType, type NodeDefinition, type Position, type StateView } from '@millrace/contracts'
import { Type } from 'typebox'
import type { GraphPart } from '../src/graph/graph-parts.js'
import type { MemoryDisk } from './memory-disk.js'
import type { RandomCase } from './random-graph.js'
import { definitionOf, missing, type Waits } from './run-random-graph.js'

const seenState = defineState('test.seen', Type.Array(Type.String()))

/** How many positions one value holds: nodes read and write several keys. */
const chunk = 4

/** An ordered node that keeps what it has seen in its state, and nowhere else. */
export function rememberingDefinitionOf(
  testCase: RandomCase,
  node: number,
  types: readonly MessageType[],
  waits: Waits,
): GraphPart {
  const definition = definitionOf(testCase, node, types, waits, [])
  if (definition.kind !== 'node') return definition
  const { handle } = definition
  return {
    ...definition,
    state: { seen: { type: seenState, keys: ({ at }: { at: Position }) => ['count', keyOf(at)] } },
    handle: (payload: { at: Position }, context: { state: { seen: StateView<readonly string[]> } }) => {
      const { seen } = context.state
      const key = keyOf(payload.at)
      const [count = '0'] = seen.get('count') ?? []
      seen.set('count', [String(Number(count) + 1)])
      seen.set(key, [...(seen.get(key) ?? []), `${count.padStart(6, '0')} ${payload.at}`])
      return (handle as (payload: unknown, context: unknown) => unknown)(payload, context)
    },
  } as unknown as NodeDefinition // as defineNode makes it
}

/** What a node has seen, in the order in which it has. */
export function seenIn(disk: MemoryDisk, node: string): readonly string[] {
  const keys = Array.from({ length: 1000 }, (_, index) => `${index * chunk}`)
  const lines = keys.flatMap((key) => (disk.value(`${node}.seen`, key) as string[] | undefined) ?? [])
  return lines.sort().map((line) => line.split(' ')[1] ?? missing())
}

function keyOf([seq = 0]: Position): string {
  return String(seq - (seq % chunk))
}
