import { describe, expect, it } from '@jest/globals'
import { isMillraceError } from '@millrace/contracts'
import fc from 'fast-check'
import { drawGraph } from '../test/draw-graph.js'
import { createRoutingService, type RoutingService, type RoutingTable } from './index.js'

const numRuns = Number(process.env.ROUNDS ?? 200)
const nodeNames = ['a', 'b', 'c', 'd', 'e', 'f']
const typeNames = ['v', 'w', 'x', 'y', 'z']

/** A graph of all nodes and types, placed in three groups, with every hop of its plan. */
const table: fc.Arbitrary<RoutingTable> = fc
  .record({
    nodes: fc.array(
      fc.record({ consumes: fc.subarray(typeNames), emits: fc.subarray(typeNames), group: fc.nat({ max: 2 }) }),
      { minLength: nodeNames.length, maxLength: nodeNames.length },
    ),
    replies: fc.subarray(typeNames),
  })
  .map(({ nodes, replies }) => {
    const drawn = nodes.map(({ consumes, emits }, index) => [nodeNames[index], { consumes, emits }])
    // The first node names every type, so that an index means the same in every graph.
    const graph = drawGraph({ types: { emits: typeNames }, ...Object.fromEntries(drawn) }, replies)
    const groupOf = [0, ...nodes.map(({ group }) => group)]
    const crossing = graph.edges.map(({ from, to }, edge) => ({
      edge,
      fromGroup: groupOf[from] ?? 0,
      toGroup: groupOf[to] ?? 0,
      choose: 'single' as const,
    }))
    return { graph, groupOf, hops: crossing.filter(({ fromGroup, toGroup }) => fromGroup !== toGroup) }
  })

const lookUp = fc.record({
  emitter: fc.integer({ min: -1, max: nodeNames.length }),
  type: fc.nat({ max: typeNames.length - 1 }),
  target: fc.option(fc.constantFrom('', 'nobody', ...nodeNames), { nil: undefined }),
})
type LookUp = typeof lookUp extends fc.Arbitrary<infer Value> ? Value : never

type Step =
  | { readonly do: 'look up'; readonly question: LookUp }
  | { readonly do: 'invalidate'; readonly version: number }
  | { readonly do: 'update'; readonly version: number; readonly table: RoutingTable }

const version = fc.nat({ max: 12 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('look up' as const), question: lookUp }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate' as const), version }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('update' as const), version, table }) },
)

const cache = fc.record({ negative_cache: fc.boolean(), max_entries: fc.integer({ min: 1, max: 8 }) })

/** What a step gives, with errors as what they say. */
function take(service: RoutingService, step: Step): unknown {
  if (step.do === 'invalidate') return service.invalidate(step.version)
  if (step.do === 'update') return service.update(step.table, step.version)
  const { emitter, type, target } = step.question
  try {
    return service.resolve(emitter, type, target)
  } catch (error) {
    return isMillraceError(error) ? error.toJSON() : error
  }
}

/** The outcome as the rules say it, worked out the slow way. */
function byTheRules({ graph, groupOf = [] }: RoutingTable, here: number, { emitter, type, target }: LookUp): unknown {
  const consumers = graph.nodes.flatMap(({ consumes }, node) => (consumes.includes(type) ? [node] : []))
  const node = graph.nodes.findIndex(({ name }) => name === target)
  const told = (to: number) => `${groupOf[to] === here ? 'local' : 'boundary'} ${to}`
  if (target !== undefined) {
    if (node < 0) return 'ROUTE_UNKNOWN_TARGET'
    if (node === emitter) return 'ROUTE_SELF_LOOP'
    return consumers.includes(node) ? [told(node)] : 'ROUTE_TARGET_REFUSES_TYPE'
  }
  const takers = consumers.filter((to) => to !== emitter)
  if (graph.types[type]?.reply === true) return [...takers.map(told), 'terminal']
  if (takers.length > 0) return takers.map(told)
  return consumers.length > 0 ? 'ROUTE_SELF_LOOP' : 'ROUTE_NO_CONSUMER'
}

function inWords(service: RoutingService, { emitter, type, target }: LookUp): unknown {
  try {
    return service
      .resolve(emitter, type, target)
      .map((delivery) => (delivery.kind === 'terminal' ? 'terminal' : `${delivery.kind} ${delivery.node}`))
  } catch (error) {
    return isMillraceError(error) ? error.code : error
  }
}

describe('a routing service', () => {
  it('ROUTE-CACHE-03 gives the same with and without a cache, under any invalidations', () => {
    fc.assert(
      fc.property(
        table,
        fc.nat({ max: 2 }),
        cache,
        fc.array(step, { maxLength: 60, size: 'max' }),
        (first, here, settings, steps) => {
          const cached = createRoutingService({ ...first, here, cache: settings })
          const uncached = createRoutingService({ ...first, here, cache: { enabled: false } })
          const outcomes = (service: RoutingService) => steps.map((one) => take(service, one))
          expect(outcomes(cached)).toEqual(outcomes(uncached))
        },
      ),
      { numRuns },
    )
  })

  it('ROUTE-CACHE-04 never remembers more than it may, and counts every look-up once', () => {
    fc.assert(
      fc.property(table, cache, fc.array(lookUp, { maxLength: 60, size: 'max' }), (only, settings, questions) => {
        const service = createRoutingService({ ...only, here: 0, cache: settings })
        const tooMany = questions.filter((question) => {
          inWords(service, question)
          return service.stats().entries > settings.max_entries
        })
        const { hits, misses } = service.stats()
        expect({ tooMany, counted: hits + misses }).toEqual({ tooMany: [], counted: questions.length })
      }),
      { numRuns },
    )
  })

  it('ROUTE-01 follows the rules for any graph and look-up', () => {
    fc.assert(
      fc.property(
        table,
        fc.nat({ max: 2 }),
        fc.array(lookUp, { maxLength: 30, size: 'max' }),
        (only, here, questions) => {
          const service = createRoutingService({ ...only, here })
          expect(questions.map((question) => inWords(service, question))).toEqual(
            questions.map((question) => byTheRules(only, here, question)),
          )
        },
      ),
      { numRuns },
    )
  })
})
