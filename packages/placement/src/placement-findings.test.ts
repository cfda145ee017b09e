import { describe, expect, it } from '@jest/globals'
import { fundLoadGroups, fundLoads } from '../test/fund-loads.js'
import { graphOf, groupOf } from '../test/graph-of.js'
import { placementFindings } from './placement-findings.js'
import type { PlacementInput } from './placement-input.js'

const findings = (input: Partial<PlacementInput>) =>
  placementFindings({ graph: fundLoads, profile: 'tcp_local', groups: fundLoadGroups, ...input })

const inGroups = (path: readonly (string | number)[]) => ['runtime', 'platform', 'process_groups', ...path]

describe('placementFindings', () => {
  it('finds nothing in a placement that works', () => {
    expect(findings({})).toEqual([])
  })

  describe('assignment', () => {
    it.each([
      [
        'name',
        [groupOf('a', { nodes: ['parse'] }), groupOf('b', { nodes: ['parse'] })],
        "groups 'a' and 'b' both claim node 'parse' by name; name it in one group only",
        inGroups([1, 'nodes']),
      ],
      [
        'tag',
        [groupOf('a', { tags: ['text'] }), groupOf('b', { tags: ['text'] })],
        "groups 'a' and 'b' both claim node 'parse' by tag; add it by name to the one that shall have it, nodes: [parse]",
        inGroups([1, 'tags']),
      ],
    ])('PLACEMENT-01 refuses two groups that claim a node by %s', (_kind, groups, message, path) => {
      const rest = groupOf('rest', { nodes: ['read', 'features', 'decide', 'write'], restartPolicy: 'never' })
      expect(findings({ groups: [...groups, rest] })).toEqual([{ code: 'PLACEMENT_CONFLICT', message, path }])
    })

    it('PLACEMENT-01 refuses two groups that claim a node by different tags', () => {
      const graph = graphOf([{ name: 'both', consumes: ['a'], emits: ['b'], tags: ['cpu', 'gpu'] }])
      const groups = [groupOf('a', { tags: ['cpu'] }), groupOf('b', { tags: ['gpu'] })]
      expect(findings({ graph, groups }).map(({ code }) => code)).toEqual(['PLACEMENT_CONFLICT'])
    })

    it('PLACEMENT-02 refuses a selector for an unknown node and suggests the nearest', () => {
      const groups = [...fundLoadGroups, groupOf('more', { nodes: ['write', 'featurs'] })]
      expect(findings({ groups })).toEqual([
        {
          code: 'PLACEMENT_UNKNOWN_NODE',
          message: "group 'more' selects node 'featurs', which the graph does not have; did you mean 'features'?",
          path: inGroups([4, 'nodes', 1]),
        },
      ])
    })

    it.each([
      ['stage', { stages: ['polcy'] }, "stage 'polcy', which no node has; did you mean 'policy'?", 'stages'],
      ['tag', { tags: ['gpu'] }, "tag 'gpu', which no node has; there are 'text', 'math'", 'tags'],
      ['runner', { runners: ['gpu'] }, "runner 'gpu', which no node has; did you mean 'cpu'?", 'runners'],
    ])('PLACEMENT-02 refuses a selector for an unknown %s', (_kind, selector, end, key) => {
      expect(findings({ groups: [...fundLoadGroups, groupOf('more', selector)] })).toEqual([
        { code: 'PLACEMENT_UNKNOWN_NODE', message: `group 'more' selects ${end}`, path: inGroups([4, key, 0]) },
      ])
    })

    it('PLACEMENT-02 refuses a key that names an unknown group', () => {
      const path = ['runtime', 'web', 'group']
      expect(findings({ groupReferences: [{ group: 'web', path }] })).toEqual([
        {
          code: 'PLACEMENT_UNKNOWN_GROUP',
          message:
            "runtime.web.group names group 'web', which runtime.platform.process_groups does not define; there are 'ingress', 'features', 'policy', 'egress'",
          path,
        },
      ])
    })

    it('knows the sources and sinks that are not active', () => {
      const inactive = [{ name: 'read-kafka', stage: 'edge', tags: ['kafka'], runner: 'io' }] as const
      const groups = [...fundLoadGroups, groupOf('more', { nodes: ['read-kafka'], stages: ['edge'], tags: ['kafka'] })]
      expect(findings({ groups, inactive })).toEqual([])
    })

    it('lets a group wait for a runner that no node asks for', () => {
      const graph = graphOf([{ name: 'read', emits: ['a'] }])
      expect(findings({ graph, groups: [groupOf('all', { runners: ['io', 'cpu'] })] })).toEqual([])
    })

    it('says once that a process profile needs groups', () => {
      expect(findings({ groups: [] })).toEqual([
        {
          code: 'PLACEMENT_UNPLACED',
          message:
            'no node has a process to run in: the profile tcp_local runs nodes in process groups, and runtime.platform.process_groups defines none; define one for all nodes with {name: app, runners: [cpu, io]}',
          path: inGroups([]),
        },
      ])
    })

    it.each([
      ['two groups of a name', [groupOf('a'), groupOf('a')], "Two process groups are named 'a'"],
      [
        'no workers',
        [groupOf('a', { workers: 0 })],
        "Group 'a' has 0 workers; it must be a whole number of at least 1",
      ],
      [
        'half a partition',
        [groupOf('a', { partitions: 0.5 })],
        "Group 'a' has 0.5 partitions; it must be a whole number of at least 1",
      ],
    ])('throws a RangeError for %s', (_what, groups, message) => {
      expect(() => findings({ groups })).toThrow(new RangeError(message))
    })
  })

  describe('shared state', () => {
    const graph = graphOf(
      [
        { name: 'read', emits: ['order'] },
        { name: 'prepare', consumes: ['order'], emits: ['prepared'] },
        { name: 'check', consumes: ['prepared'], emits: ['checked'], ordered: true },
        { name: 'decide', consumes: ['checked'], emits: ['decision'], state: [{ name: 'quota', scope: 'global' }] },
        { name: 'write', consumes: ['decision'] },
      ],
      { order: ['sku'], prepared: ['customerId', 'sku'], checked: ['customerId'], decision: ['customer_id'] },
    )
    const safe = { restartPolicy: 'never' } as const
    const two = { workers: 2, ...safe }
    const rest = groupOf('rest', { runners: ['io'], ...safe })

    it.each([
      [
        'a node with state',
        'decide',
        "node 'decide' with state is in group 'wide' with 2 workers, which would see its messages in no common order; set workers: 1, or partition_by to a payload field whose equal values belong together",
      ],
      [
        'an ordered node',
        'check',
        "ordered node 'check' is in group 'wide' with 2 workers, which would see its messages in no common order; set workers: 1, or partition_by to a payload field whose equal values belong together",
      ],
      [
        'a sink',
        'write',
        "sink 'write' is in group 'wide' with 2 workers, and each would open the same output and write a part of the messages; move it to a group with one worker",
      ],
      [
        'a source',
        'read',
        "source 'read' is in group 'wide' with 2 workers, and each would read the whole input again; move it to a group with one worker",
      ],
    ])('STATE-01 refuses %s in several unpartitioned workers', (_what, node, message) => {
      expect(findings({ graph, groups: [groupOf('wide', { nodes: [node], ...two }), rest] })).toEqual([
        { code: 'PLACEMENT_SHARED_STATE', message, path: inGroups([0, 'workers']) },
      ])
    })

    it('STATE-01 accepts a stateless node in several workers', () => {
      expect(findings({ graph, groups: [groupOf('wide', { nodes: ['prepare'], ...two }), rest] })).toEqual([])
    })

    it('STATE-01 refuses a source also where the group is partitioned', () => {
      const wide = groupOf('wide', { nodes: ['read'], partitionBy: 'sku', ...two })
      expect(findings({ graph, groups: [wide, rest] }).map(({ message }) => message)).toEqual([
        "source 'read' is in group 'wide' with 2 workers, and each would read the whole input again; move it to a group with one worker",
      ])
    })

    it('STATE-01 refuses a sink also where the group is partitioned, unless one worker has all partitions', () => {
      const wide = groupOf('wide', { nodes: ['write'], partitionBy: 'customer_id', ...two })
      const one = groupOf('wide', { nodes: ['write'], partitionBy: 'customer_id', partitions: 4, ...safe })
      expect(findings({ graph, groups: [wide, rest] }).map(({ message }) => message)).toEqual([
        "sink 'write' is in group 'wide' with 2 workers, and each would open the same output and write a part of the messages; move it to a group with one worker",
      ])
      expect(findings({ graph, groups: [one, rest] })).toEqual([])
    })

    it('refuses global state in a partitioned group', () => {
      const wide = groupOf('wide', { nodes: ['decide'], partitionBy: 'customerId', ...two })
      expect(findings({ graph, groups: [wide, rest] })).toEqual([
        {
          code: 'PLACEMENT_SHARED_STATE',
          message:
            "state 'quota' of node 'decide' is global, but group 'wide' splits it by 'customerId' over 2 workers; set workers: 1, or move the node to a group with one worker",
          path: inGroups([0, 'partition_by']),
        },
      ])
    })

    it('accepts global state where partition_by splits nothing', () => {
      const wide = groupOf('wide', { nodes: ['decide'], partitionBy: 'customerId', ...safe })
      expect(findings({ graph, groups: [wide, rest] })).toEqual([])
    })

    it('counts partitions that one worker holds as a split', () => {
      const wide = groupOf('wide', { nodes: ['decide'], partitionBy: 'customerId', partitions: 4, ...safe })
      expect(findings({ graph, groups: [wide, rest] }).map(({ message }) => message)).toEqual([
        "state 'quota' of node 'decide' is global, but group 'wide' splits it by 'customerId' over 4 partitions; set workers: 1, or move the node to a group with one worker",
      ])
    })

    it('refuses a partition field that an ordered node does not get', () => {
      const wide = groupOf('wide', { nodes: ['check'], partitionBy: 'customerld', ...two })
      const message =
        "group 'wide' is partitioned by 'customerld', but message type 'prepared', which ordered node 'check' consumes, has no such top-level field; did you mean 'customerId'?"
      expect(findings({ graph, groups: [wide, rest] })).toEqual([
        { code: 'PLACEMENT_SHARED_STATE', message, path: inGroups([0, 'partition_by']) },
      ])
    })

    it('refuses a partition field that a sink does not get', () => {
      const wide = groupOf('wide', { nodes: ['write'], partitionBy: 'sku', partitions: 2, ...safe })
      const message =
        "group 'wide' is partitioned by 'sku', but message type 'decision', which sink 'write' consumes, has no such top-level field; there is 'customer_id'"
      expect(findings({ graph, groups: [wide, rest] })).toEqual([
        { code: 'PLACEMENT_SHARED_STATE', message, path: inGroups([0, 'partition_by']) },
      ])
    })

    it('wants the partition field on the whole way to an ordered node inside the group', () => {
      const wide = groupOf('wide', { nodes: ['prepare', 'check'], partitionBy: 'customerId', ...two })
      expect(findings({ graph, groups: [wide, rest] }).map(({ message }) => message)).toEqual([
        "group 'wide' is partitioned by 'customerId', but message type 'order', which node 'prepare' (on the way to ordered node 'check') consumes, has no such top-level field; there is 'sku'",
      ])
    })

    it('wants no partition field of a node that leads to no ordered node of its group', () => {
      const wide = groupOf('wide', { nodes: ['prepare'], partitionBy: 'nothing', ...two })
      expect(findings({ graph, groups: [wide, rest] })).toEqual([])
    })
  })

  describe('lost state', () => {
    const policy = (settings: Parameters<typeof groupOf>[1]) => [
      ...fundLoadGroups.filter(({ name }) => name !== 'policy'),
      groupOf('policy', { nodes: ['decide'], ...settings }),
    ]

    it.each([
      ['a restart policy', { restartPolicy: 'always' }, 'restart.policy: always', ['restart', 'policy']],
      ['redelivery', { restartPolicy: 'never', redeliver: 2 }, 'redeliver: 2', ['redeliver']],
      ['both', { redeliver: 1 }, 'restart.policy: on_failure and redeliver: 1', ['restart', 'policy']],
    ] as const)('STATE-01 refuses memory state with %s', (_what, settings, reasons, path) => {
      expect(findings({ groups: policy(settings) })).toEqual([
        {
          code: 'STATE_WOULD_BE_LOST',
          message: `group 'policy' keeps the state of node 'decide' in memory, and ${reasons} would let a new worker go on with empty state; set restart.policy: never and redeliver: 0, or runtime.platform.kv.backend: redis`,
          path: inGroups([3, ...path]),
        },
      ])
    })

    it.each([
      ['never restarted and never redelivered to', { groups: policy({ restartPolicy: 'never' }) }],
      ['whose state is in Redis', { groups: policy({ redeliver: 3 }), stateBackend: 'redis' }],
      ['of the memory profile, where nothing restarts', { groups: policy({ redeliver: 3 }), profile: 'memory' }],
    ] as const)('STATE-01 accepts a group %s', (_what, input) => {
      expect(findings(input)).toEqual([])
    })

    it('STATE-01 accepts volatile state, which is a cache', () => {
      const graph = graphOf([
        { name: 'read', emits: ['a'] },
        { name: 'cache', consumes: ['a'], emits: ['b'], state: [{ name: 'seen', volatile: true }] },
      ])
      expect(findings({ graph, groups: [groupOf('all', { runners: ['io'], redeliver: 1 })] })).toEqual([])
    })
  })
})
