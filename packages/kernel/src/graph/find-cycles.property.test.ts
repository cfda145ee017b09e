import { describe, expect, it } from '@jest/globals'
import type { Graph, GraphNode } from '@millrace/contracts'
import fc from 'fast-check'
import { findCycles } from './find-cycles.js'

const numRuns = Number(process.env.ROUNDS ?? 200)

/** Up to eight nodes and any edges between different ones. */
const anyGraph: fc.Arbitrary<Graph> = fc
  .integer({ min: 1, max: 8 })
  .chain((size) => {
    const node = fc.nat({ max: size - 1 })
    return fc.tuple(fc.constant(size), fc.uniqueArray(fc.tuple(node, node), { selector: String }))
  })
  .map(([size, pairs]) => ({
    nodes: Array.from({ length: size }, (_, index) => plainNode(`n${index}`)),
    types: [],
    edges: pairs.flatMap(([from, to], type) => (from === to ? [] : [{ from, to, type }])),
  }))

describe('findCycles', () => {
  it('finds closed ways along edges, through different nodes', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const ways = findCycles(graph)
        expect(ways.flatMap((way) => way.filter((edge) => !graph.edges.includes(edge)))).toEqual([])
        expect(ways.map((way) => way.map(({ to }) => to))).toEqual(
          ways.map((way) => [...way.slice(1), ...way.slice(0, 1)].map(({ from }) => from)),
        )
        expect(ways.map((way) => new Set(way.map(({ from }) => from)).size)).toEqual(ways.map((way) => way.length))
      }),
      { numRuns },
    )
  })

  it('finds one for each set of nodes that reach each other, told from the transitive closure', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const knots = knotsOf(graph)
        const found = findCycles(graph).map((way) => knots.findIndex((knot) => way.every(({ from }) => knot.has(from))))
        expect(found.sort()).toEqual([...knots.keys()])
      }),
      { numRuns },
    )
  })
})

function plainNode(name: string): GraphNode {
  return {
    name,
    kind: 'handler',
    stage: undefined,
    tags: [],
    runner: 'io',
    consumes: [],
    emits: [],
    ordered: false,
    state: [],
  }
}

/** Floyd and Warshall's closure: slow and plain. */
function knotsOf({ nodes, edges }: Graph): readonly ReadonlySet<number>[] {
  const indices = [...nodes.keys()]
  const reaches = new Set(edges.map(({ from, to }) => `${from}>${to}`))
  for (const via of indices)
    for (const from of indices)
      for (const to of indices)
        if (reaches.has(`${from}>${via}`) && reaches.has(`${via}>${to}`)) reaches.add(`${from}>${to}`)
  const circular = indices.filter((node) => reaches.has(`${node}>${node}`))
  const together = (node: number) =>
    circular.filter((other) => reaches.has(`${node}>${other}`) && reaches.has(`${other}>${node}`))
  return [...new Map(circular.map((node) => [together(node).join(), new Set(together(node))])).values()]
}
