import { describe, expect, it } from '@jest/globals'
import { fundLoads } from '../test/fund-loads.js'
import { graphOf, groupOf } from '../test/graph-of.js'
import { compilePlan } from './compile-plan.js'
import { planJson } from './plan-json.js'

describe('planJson', () => {
  const graph = graphOf(
    [
      { name: 'read', emits: ['line'], stage: 'edge', tags: ['file'] },
      { name: 'count', consumes: ['line'], emits: ['total'], state: [{ name: 'sum', scope: 'global' }] },
      { name: 'write', consumes: ['total'] },
    ],
    { line: ['text'] },
  )
  const groups = [
    groupOf('app', { nodes: ['read', 'count'], restartPolicy: 'never' }),
    groupOf('out', { nodes: ['write'], redeliver: 1 }),
  ]
  const plan = compilePlan({ graph, profile: 'tcp_local', groups })

  it('says everything by names, with null where nothing applies', () => {
    expect(planJson(plan)).toEqual({
      profile: 'tcp_local',
      hash: plan.hash,
      groups: [
        { name: 'app', slots: ['app#1'], partitionBy: null, partitions: 1, redeliver: 0, nodes: ['read', 'count'] },
        { name: 'out', slots: ['out#1'], partitionBy: null, partitions: 1, redeliver: 1, nodes: ['write'] },
      ],
      nodes: [
        {
          name: 'read',
          kind: 'source',
          stage: 'edge',
          tags: ['file'],
          runner: 'io',
          ordered: false,
          state: [],
          consumes: [],
          emits: ['line'],
          group: 'app',
        },
        {
          name: 'count',
          kind: 'handler',
          stage: null,
          tags: [],
          runner: 'io',
          ordered: true,
          state: [{ name: 'sum', volatile: false, scope: 'global' }],
          consumes: ['line'],
          emits: ['total'],
          group: 'app',
        },
        {
          name: 'write',
          kind: 'sink',
          stage: null,
          tags: [],
          runner: 'io',
          ordered: true,
          state: [],
          consumes: ['total'],
          emits: [],
          group: 'out',
        },
      ],
      types: [
        { name: 'line', reply: false, entry: false, encoding: 'json' },
        { name: 'total', reply: false, entry: false, encoding: 'json' },
      ],
      edges: [
        { from: 'read', to: 'count', type: 'line', hop: null },
        { from: 'count', to: 'write', type: 'total', hop: { id: 0, from: 'app', to: 'out', choose: 'single' } },
      ],
    })
  })

  it('is the same after JSON', () => {
    const report = planJson(compilePlan({ graph: fundLoads, profile: 'memory', groups: [] }))
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  it('refuses a plan that points outside itself', () => {
    expect(() => planJson({ ...plan, groupOf: [0, 0, 7] })).toThrow(
      new RangeError('The plan speaks of number 7 in a list of 2'),
    )
  })
})
