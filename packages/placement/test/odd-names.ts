import type { Graph, GroupSettings } from '@millrace/contracts'
import { graphOf, groupOf } from './graph-of.js'

/** Texts that could break a table, a terminal or a diagram. */
export const oddGraph: Graph = graphOf([
  { name: 'a', emits: ['x'], stage: 'two\nlines', tags: ['\u001b[31m', 'z'] },
  { name: 'end', consumes: ['x'], emits: ['y'], state: [{ name: 'seen', volatile: true, scope: 'global' }] },
])

/** A group for each of its nodes, named as no configuration should. */
export const oddGroups: readonly GroupSettings[] = [
  groupOf('we"ird] <b>#`x`\nend', { nodes: ['a'] }),
  groupOf('*b* ü', { nodes: ['end'], workers: 1 }),
]
