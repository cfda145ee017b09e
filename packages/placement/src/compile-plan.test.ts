import { describe, expect, it } from '@jest/globals'
import { fundLoadGroups, fundLoads } from '../test/fund-loads.js'
import { graphOf, groupOf } from '../test/graph-of.js'
import { compilePlan } from './compile-plan.js'

const process = (groups: Parameters<typeof compilePlan>[0]['groups'], graph = fundLoads) =>
  compilePlan({ graph, profile: 'tcp_local', groups })

describe('compilePlan', () => {
  it('PLACEMENT-01 places nodes by name, stage, tag and runner selector', () => {
    const plan = process(fundLoadGroups)
    expect(plan.groups.map(({ name, nodes }) => [name, nodes])).toEqual([
      ['ingress', [0, 1]],
      ['features', [2]],
      ['policy', [3]],
      ['egress', [4]],
    ])
    expect(plan.groupOf).toEqual([0, 0, 1, 2, 3])
  })

  it.each([
    ['name beats stage', { nodes: ['parse'] }, { stages: ['ingress'] }],
    ['name beats tag', { nodes: ['parse'] }, { tags: ['text'] }],
    ['name beats runner', { nodes: ['parse'] }, { runners: ['io'] }],
    ['stage beats tag', { stages: ['ingress'] }, { tags: ['text'] }],
    ['stage beats runner', { stages: ['ingress'] }, { runners: ['io'] }],
    ['tag beats runner', { tags: ['text'] }, { runners: ['io'] }],
  ])('PLACEMENT-01 %s, whichever group comes first', (_rule, stronger, weaker) => {
    const others = { nodes: ['read', 'features', 'decide', 'write'], restartPolicy: 'never' } as const
    const rest = groupOf('rest', others)
    const first = process([groupOf('strong', stronger), groupOf('weak', weaker), rest])
    const last = process([groupOf('weak', weaker), groupOf('strong', stronger), rest])
    expect([first.groupOf[1], last.groupOf[1]]).toEqual([0, 1])
  })

  it('PLACEMENT-01 takes a node once that one group selects twice', () => {
    const group = groupOf('all', { tags: ['text', 'text'], runners: ['io', 'cpu'], restartPolicy: 'never' })
    expect(process([group]).groupOf).toEqual([0, 0, 0, 0, 0])
  })

  it('PLACEMENT-03 makes a hop of every edge between groups', () => {
    expect(process(fundLoadGroups).hops).toEqual([
      { edge: 1, fromGroup: 0, toGroup: 1, choose: 'sequence' },
      { edge: 2, fromGroup: 1, toGroup: 2, choose: 'single' },
      { edge: 3, fromGroup: 2, toGroup: 3, choose: 'single' },
    ])
  })

  it('PLACEMENT-04 makes no hop of an edge inside a group', () => {
    const plan = process([groupOf('all', { runners: ['cpu', 'io'], restartPolicy: 'never' })])
    expect(plan.hops).toEqual([])
  })

  it('numbers the slots of each group and keeps the order of the configuration', () => {
    expect(process([...fundLoadGroups].reverse()).groups.map(({ slots }) => slots)).toEqual([
      ['egress#1'],
      ['policy#1'],
      ['features#1', 'features#2', 'features#3'],
      ['ingress#1'],
    ])
  })

  it('puts everything into one group where the memory profile has none', () => {
    const plan = compilePlan({ graph: fundLoads, profile: 'memory', groups: [] })
    expect(plan.groups).toEqual([
      { name: 'app', nodes: [0, 1, 2, 3, 4], slots: ['app#1'], partitionBy: undefined, partitions: 1, redeliver: 0 },
    ])
    expect([plan.groupOf, plan.hops]).toEqual([[0, 0, 0, 0, 0], []])
  })

  it('compiles a graph without nodes', () => {
    const plan = compilePlan({ graph: graphOf([]), profile: 'memory', groups: [] })
    expect([plan.groupOf, plan.hops, plan.groups.length]).toEqual([[], [], 1])
  })

  it('keeps a group that no node is in: a web group needs none', () => {
    const plan = process([...fundLoadGroups, groupOf('web')])
    expect(plan.groups.at(-1)).toMatchObject({ name: 'web', nodes: [], slots: ['web#1'] })
  })

  describe('chooses the slot', () => {
    const chain = graphOf(
      [
        { name: 'read', emits: ['a'] },
        { name: 'free', consumes: ['a'], emits: ['b'] },
        { name: 'free-end', consumes: ['b'], emits: ['c'] },
        { name: 'before', consumes: ['a'], emits: ['d'] },
        { name: 'ordered', consumes: ['d'], emits: ['e'], ordered: true },
      ],
      { a: ['customerId', 'id'], d: ['customerId'] },
    )
    const choices = (settings: Parameters<typeof groupOf>[1]) =>
      compilePlan({
        graph: chain,
        profile: 'tcp_local',
        groups: [groupOf('start', { nodes: ['read'] }), groupOf('rest', { runners: ['io'], ...settings })],
      }).hops.map(({ edge, choose }) => [chain.nodes[chain.edges[edge]?.to ?? -1]?.name, choose])

    it('by partition where the type has the field, for every node of the group', () => {
      expect(choices({ workers: 2, partitionBy: 'customerId' })).toEqual([
        ['free', 'partition'],
        ['before', 'partition'],
      ])
    })

    it('singly where there is one slot and one partition', () => {
      expect(choices({})).toEqual([
        ['free', 'single'],
        ['before', 'single'],
      ])
    })

    it('by partition where one worker holds several', () => {
      expect(choices({ partitionBy: 'customerId', partitions: 4 })).toEqual([
        ['free', 'partition'],
        ['before', 'partition'],
      ])
    })

    it('by sequence on the way to an ordered node of another group, by load elsewhere', () => {
      const plan = compilePlan({
        graph: chain,
        profile: 'tcp_local',
        groups: [
          groupOf('start', { nodes: ['read'] }),
          groupOf('wide', { nodes: ['free', 'free-end', 'before'], workers: 2 }),
          groupOf('narrow', { nodes: ['ordered'] }),
        ],
      })
      expect(plan.hops.map(({ edge, choose }) => [chain.nodes[chain.edges[edge]?.to ?? -1]?.name, choose])).toEqual([
        ['free', 'load'],
        ['before', 'sequence'],
        ['ordered', 'single'],
      ])
    })

    it('not by a field that the type does not have', () => {
      const plan = compilePlan({
        graph: chain,
        profile: 'tcp_local',
        groups: [
          groupOf('start', { nodes: ['read', 'before', 'ordered'] }),
          groupOf('wide', { nodes: ['free', 'free-end'], workers: 2, partitionBy: 'sku' }),
        ],
      })
      expect(plan.hops.map(({ choose }) => choose)).toEqual(['load'])
    })
  })

  it('throws one error with the code of the first finding and all of them in it', () => {
    const groups = [groupOf('a', { nodes: ['read', 'raed'] }), groupOf('b', { stages: ['ingress', 'policy'] })]
    expect(() => process(groups)).toThrow(
      expect.objectContaining({
        code: 'PLACEMENT_UNKNOWN_NODE',
        message: `PLACEMENT_UNKNOWN_NODE: the placement has 4 problems
  PLACEMENT_UNKNOWN_NODE: group 'a' selects node 'raed', which the graph does not have; did you mean 'read'?
  PLACEMENT_UNPLACED: no process group selects node 'features'; one of these in a group would: nodes: [features]; stages: [features]; tags: [math]; runners: [cpu]
  PLACEMENT_UNPLACED: no process group selects node 'write'; one of these in a group would: nodes: [write]; stages: [egress]; runners: [io]
  STATE_WOULD_BE_LOST: group 'b' keeps the state of node 'decide' in memory, and restart.policy: on_failure would let a new worker go on with empty state; set restart.policy: never and redeliver: 0, or runtime.platform.kv.backend: redis`,
        facts: { findings: expect.arrayContaining([expect.stringContaining("'raed'")]) },
      }),
    )
  })
})
