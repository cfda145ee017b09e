import type { Graph, GroupSettings } from '@millrace/contracts'
import { graphOf, groupOf } from './graph-of.js'

/** A small graph with everything in it: a source, stateless nodes, one with state, a sink. */
export const fundLoads: Graph = graphOf(
  [
    { name: 'read', emits: ['line'], stage: 'ingress' },
    { name: 'parse', consumes: ['line'], emits: ['attempt'], stage: 'ingress', tags: ['text'] },
    { name: 'features', consumes: ['attempt'], emits: ['rated'], stage: 'features', tags: ['math'], runner: 'cpu' },
    {
      name: 'decide',
      consumes: ['rated'],
      emits: ['decision'],
      stage: 'policy',
      state: [{ name: 'windows' }, { name: 'seen', volatile: true }],
    },
    { name: 'write', consumes: ['decision'], stage: 'egress' },
  ],
  { attempt: ['id', 'customerId'], rated: ['id', 'customerId', 'cents'], decision: ['id', 'accepted'] },
)

/** Its four groups, `features` with three workers. */
export const fundLoadGroups: readonly GroupSettings[] = [
  groupOf('ingress', { stages: ['ingress'] }),
  groupOf('features', { tags: ['math'], workers: 3 }),
  groupOf('policy', { nodes: ['decide'], restartPolicy: 'never' }),
  groupOf('egress', { runners: ['io'] }),
]
