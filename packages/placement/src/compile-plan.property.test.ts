import { describe, expect, it } from '@jest/globals'
import type { Graph, GroupSettings, Hop, Plan } from '@millrace/contracts'
import fc from 'fast-check'
import { anyPlacement } from '../test/any-placement.js'
import { graphOf, groupOf } from '../test/graph-of.js'
import { compilePlan } from './compile-plan.js'
import { planHash } from './plan-hash.js'
import { planMermaid } from './plan-mermaid.js'

const numRuns = Number(process.env.ROUNDS ?? 100)
const compile = (graph: Graph, groups: readonly GroupSettings[]) => compilePlan({ graph, profile: 'tcp_local', groups })

describe('every plan', () => {
  it('PLACEMENT-01 places every node exactly once', () => {
    fc.assert(
      fc.property(anyPlacement, ({ graph, groups }) => {
        const plan = compile(graph, groups)
        const placed = plan.groups.flatMap(({ nodes }, group) => nodes.map((node) => [node, group]))
        expect(placed.sort(([first = 0], [second = 0]) => first - second)).toEqual([...plan.groupOf.entries()])
      }),
      { numRuns },
    )
  })

  it('PLACEMENT-03 has exactly the crossing edges as hops', () => {
    fc.assert(
      fc.property(anyPlacement, ({ graph, groups }) => {
        const { hops, groupOf: place } = compile(graph, groups)
        const crossing = graph.edges.flatMap(({ from, to }, edge) =>
          place[from] === place[to] ? [] : [{ edge, fromGroup: place[from], toGroup: place[to] }],
        )
        expect(hops.map(({ choose: _, ...hop }) => hop)).toEqual(crossing)
      }),
      { numRuns },
    )
  })

  it('never chooses by load on the way to an ordered node, and by nothing else off it', () => {
    fc.assert(
      fc.property(anyPlacement, ({ graph, groups }) => {
        const plan = compile(graph, groups)
        expect(plan.hops.map(({ choose }) => choose)).toEqual(plan.hops.map((hop) => expectedChoice(plan, hop)))
      }),
      { numRuns },
    )
  })

  it('keeps the groups in the order of the configuration', () => {
    fc.assert(
      fc.property(anyPlacement, ({ graph, groups }) => {
        const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name)
        expect(names(compile(graph, groups).groups)).toEqual(names(groups))
      }),
      { numRuns },
    )
  })

  it('has a hash that the order of selectors does not change', () => {
    fc.assert(
      fc.property(anyPlacement, ({ graph, groups }) => {
        const turned = groups.map((group) => ({ ...group, nodes: [...group.nodes].reverse() }))
        expect(compile(graph, turned)).toEqual(compile(graph, groups))
      }),
      { numRuns },
    )
  })

  it('has a hash that every part of it changes, and the order of keys does not', () => {
    fc.assert(
      fc.property(anyPlacement, fc.nat(), ({ graph, groups }, seed) => {
        const { hash, ...plan } = compile(graph, groups)
        expect(planHash(withKeysTurned(plan))).toBe(hash)
        expect(planHash(withOneChange(plan, seed))).not.toBe(hash)
      }),
      { numRuns },
    )
  })

  it('draws each edge once', () => {
    fc.assert(
      fc.property(anyPlacement, ({ graph, groups }) => {
        const drawn = [...planMermaid(compile(graph, groups)).matchAll(/^ {2}n(\d+) (?:-->|==>)\|.*\| n(\d+)$/gmu)]
        expect(drawn.map(([, from, to]) => [Number(from), Number(to)])).toEqual(
          graph.edges.map(({ from, to }) => [from, to]),
        )
      }),
      { numRuns },
    )
  })
})

describe('growth', () => {
  /** Counts how often a plan's compilation looks at an edge, which a clock on a shared machine could not tell. */
  function edgeReads(nodes: number, groups: number): number {
    let reads = 0
    const graph = graphOf(
      Array.from({ length: nodes }, (_, index) => ({
        name: `node-${index}`,
        consumes: index === 0 ? [] : [`type-${index - 1}`],
        emits: [`type-${index}`],
        tags: [`group-${index % groups}`],
      })),
    )
    const edges = graph.edges.map((edge) => ({
      ...edge,
      get from() {
        reads++
        return edge.from
      },
    }))
    const settings = Array.from({ length: groups }, (_, index) => groupOf(`g${index}`, { tags: [`group-${index}`] }))
    compile({ ...graph, edges }, settings)
    return reads / nodes
  }

  it('looks at each edge a fixed number of times, from 20 to 2,000 nodes and 1 to 16 groups', () => {
    const perNode = [edgeReads(20, 1), edgeReads(200, 16), edgeReads(2000, 16)]
    expect(Math.max(...perNode)).toBeLessThanOrEqual(6)
  })
})

/** Told from the definition, by walking forward from the consumer. */
function expectedChoice({ graph, groups }: Plan, { edge, toGroup }: Hop): Hop['choose'] {
  if (groups[toGroup]?.slots.length === 1) return 'single'
  const walked = new Set([graph.edges[edge]?.to ?? -1])
  for (const node of walked) for (const { from, to } of graph.edges) if (from === node) walked.add(to)
  return [...walked].some((node) => graph.nodes[node]?.ordered) ? 'sequence' : 'load'
}

function withKeysTurned<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withKeysTurned) as Value // the same list, item by item
  if (typeof value !== 'object' || value === null) return value
  const turned = Object.entries(value).reverse()
  return Object.fromEntries(turned.map(([key, item]) => [key, withKeysTurned(item)])) as Value // the same keys
}

type Unhashed = Omit<Plan, 'hash'>

/** Changes one leaf of the plan, the one that the seed points to. */
function withOneChange(plan: Unhashed, seed: number): Unhashed {
  const json = JSON.stringify(plan)
  let leaves = 0
  const count = (_key: string, value: unknown) => (typeof value === 'object' ? value : leaves++)
  JSON.parse(json, count)
  let left = seed % leaves
  const change = (_key: string, value: unknown) => (typeof value === 'object' || left-- !== 0 ? value : changed(value))
  return JSON.parse(json, change) as Unhashed // one leaf differs
}

function changed(leaf: unknown): unknown {
  if (typeof leaf === 'number') return leaf + 1
  return typeof leaf === 'boolean' ? !leaf : `${String(leaf)}-changed`
}
