import { describe, expect, it } from '@jest/globals'
import { fundLoadGroups, fundLoads } from '../test/fund-loads.js'
import { groupOf } from '../test/graph-of.js'
import { oddGraph, oddGroups } from '../test/odd-names.js'
import { compilePlan } from './compile-plan.js'
import { planTable } from './plan-table.js'

describe('planTable', () => {
  it('shows groups, nodes, edges and hops in aligned columns', () => {
    const groups = [...fundLoadGroups, groupOf('web', { workers: 5, partitionBy: 'id' })]
    const table = planTable(compilePlan({ graph: fundLoads, profile: 'tcp_local', groups }))
    expect(table.replace(/plan [0-9a-f]{12}$/mu, 'plan HASH')).toBe(`profile tcp_local, plan HASH

Groups
group     slots                             partitions  nodes
────────  ────────────────────────────────  ──────────  ───────────
ingress   ingress#1                         -           read, parse
features  features#1 features#2 features#3  -           features
policy    policy#1                          -           decide
egress    egress#1                          -           write
web       web#1 … web#5                     5 by id     -

Nodes
node      kind     stage     tags  runner  ordered  state                     group
────────  ───────  ────────  ────  ──────  ───────  ────────────────────────  ────────
read      source   ingress   -     io      no       -                         ingress
parse     handler  ingress   text  io      no       -                         ingress
features  handler  features  math  cpu     no       -                         features
decide    handler  policy    -     io      yes      windows, seen (volatile)  policy
write     sink     egress    -     io      yes      -                         egress

Edges
from      to        type      way
────────  ────────  ────────  ─────────────────────────────────
read      parse     line      local
parse     features  attempt   hop 0 ingress→features (sequence)
features  decide    rated     hop 1 features→policy (single)
decide    write     decision  hop 2 policy→egress (single)`)
  })

  it('prints control characters as escapes, in one line', () => {
    const table = planTable(compilePlan({ graph: oddGraph, profile: 'memory', groups: oddGroups }))
    expect(table.split('\n').filter((line) => /^(?:a|end) {2,}(?:source|handler)/u.test(line))).toEqual([
      'a     source   two\\nlines  \\u001b[31m, z  io      no       -                        we"ird] <b>#`x`\\nend',
      'end   handler  -           -              io      yes      seen (volatile, global)  *b* ü',
    ])
  })
})
