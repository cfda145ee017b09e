import { describe, expect, it } from '@jest/globals'
import { fundLoadGroups, fundLoads } from '../test/fund-loads.js'
import { groupOf } from '../test/graph-of.js'
import { oddGraph, oddGroups } from '../test/odd-names.js'
import { compilePlan } from './compile-plan.js'
import { planMermaid } from './plan-mermaid.js'

describe('planMermaid', () => {
  it('draws a subgraph per group, edges thin and hops thick', () => {
    const groups = [...fundLoadGroups, groupOf('web', { workers: 2, partitionBy: 'id' })]
    expect(planMermaid(compilePlan({ graph: fundLoads, profile: 'tcp_local', groups }))).toBe(`flowchart LR
  subgraph g0["ingress"]
    n0(["read"])
    n1["parse"]
  end
  subgraph g1["features (3 workers)"]
    n2["features"]
  end
  subgraph g2["policy"]
    n3[["decide"]]
  end
  subgraph g3["egress"]
    n4(["write"])
  end
  subgraph g4["web (2 workers by id)"]
  end
  n0 -->|"line"| n1
  n1 ==>|"attempt, hop 0"| n2
  n2 ==>|"rated, hop 1"| n3
  n3 ==>|"decision, hop 2"| n4
`)
  })

  it('escapes whatever could end a label', () => {
    expect(planMermaid(compilePlan({ graph: oddGraph, profile: 'memory', groups: oddGroups }))).toBe(`flowchart LR
  subgraph g0["we#34;ird#93; #60;b#62;#35;#96;x#96;#10;end"]
    n0(["a"])
  end
  subgraph g1["#42;b#42; ü"]
    n1[["end"]]
  end
  n0 ==>|"x, hop 0"| n1
`)
  })
})
