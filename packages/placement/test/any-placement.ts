import type { Graph, GroupSettings, RunnerKind } from '@millrace/contracts'
import fc from 'fast-check'
import { graphOf, groupOf, type NodeSketch } from './graph-of.js'

/** A placement that works: a graph without cycles, and groups whose name selectors share out all nodes. */
export interface AnyPlacement {
  readonly graph: Graph
  readonly groups: readonly GroupSettings[]
}

const labels = fc.record({
  stage: fc.constantFrom('early', 'late'),
  tags: fc.uniqueArray(fc.constantFrom('text', 'math', 'slow')),
  runner: fc.constantFrom<RunnerKind>('cpu', 'io'),
  ordered: fc.boolean(),
  from: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  group: fc.nat(),
  workers: fc.integer({ min: 1, max: 4 }),
})

type Label = typeof labels extends fc.Arbitrary<infer Value> ? Value : never

/** Node 0 is the source; each later node takes what some earlier ones emit. An ordered node's group has one worker. */
export const anyPlacement: fc.Arbitrary<AnyPlacement> = fc
  .tuple(fc.array(labels, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 5 }))
  .map(([given, groupCount]) => {
    const graph = graphOf(given.map(sketch))
    const memberOf = given.map(({ group }) => group % groupCount)
    return { graph, groups: Array.from({ length: groupCount }, (_, index) => group(index, graph, memberOf, given)) }
  })

function sketch({ stage, tags, runner, ordered, from }: Label, index: number): NodeSketch {
  const consumes = index === 0 ? [] : [...new Set(from.map((number) => `type-${number % index}`))]
  return {
    name: `node-${index}`,
    stage,
    tags,
    runner,
    ordered: index > 0 && ordered,
    consumes,
    emits: [`type-${index}`],
  }
}

function group(index: number, graph: Graph, memberOf: readonly number[], given: readonly Label[]): GroupSettings {
  const members = graph.nodes.filter((_, node) => memberOf[node] === index)
  const single = members.some(({ ordered, kind }) => ordered || kind !== 'handler')
  const workers = single ? 1 : (given[index]?.workers ?? 1)
  return groupOf(`group-${index}`, { nodes: members.map(({ name }) => name), workers, restartPolicy: 'never' })
}
