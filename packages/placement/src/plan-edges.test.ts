import { describe, expect, it } from '@jest/globals'
import type { Graph, GraphNode, GraphType, Plan } from '@millrace/contracts'
import { linkPairs, peersOf } from './link-pairs.js'
import { planEdges } from './plan-edges.js'

const node = (name: string, consumes: number[], emits: number[]): GraphNode => ({
  name,
  kind: 'handler',
  stage: undefined,
  tags: [],
  runner: 'io',
  consumes,
  emits,
  ordered: false,
  state: [],
})
const type = (name: string, reply = false): GraphType => ({ name, reply, encoding: 'json', fields: [], entry: false })

const graph: Graph = {
  nodes: [node('price', [0], [1, 2]), node('audit', [1], []), node('again', [0, 1], [2])],
  types: [type('ask'), type('priced'), type('answer', true)],
  edges: [
    { from: 0, to: 1, type: 1 },
    { from: 0, to: 2, type: 1 },
  ],
}

describe('planEdges', () => {
  it('PLACEMENT-03 numbers the edges of the graph, then every way in, then every way of a reply', () => {
    expect(planEdges(graph).map(({ from, to, type }) => `${from}>${to}:${type}`)).toEqual([
      '0>1:1',
      '0>2:1',
      '-1>0:0',
      '-1>2:0',
      '-1>1:1',
      '-1>2:1',
      '0>-1:2',
      '2>-1:2',
    ])
  })
})

describe('linkPairs', () => {
  const group = (name: string, workers: number) => ({
    name,
    nodes: [],
    slots: Array.from({ length: workers }, (_, place) => `${name}#${place + 1}`),
    partitionBy: undefined,
    partitions: workers,
    redeliver: 0,
  })
  const plan: Plan = {
    profile: 'tcp_local',
    graph,
    groups: [group('policy', 1), group('features', 2), group('idle', 1)],
    groupOf: [0, 1, 0],
    hops: [
      { edge: 0, fromGroup: 0, toGroup: 1, choose: 'load' },
      { edge: 1, fromGroup: 1, toGroup: 0, choose: 'single' },
    ],
    hash: '',
  }

  it('links the slots of two groups with a hop once, the smaller id first', () => {
    expect(linkPairs(plan, [])).toEqual([
      ['features#1', 'policy#1'],
      ['features#2', 'policy#1'],
    ])
  })

  it('links an origin with every slot, and no slot with itself', () => {
    const pairs = linkPairs(plan, ['@app#1', 'idle#1'])
    expect(peersOf(pairs, '@app#1')).toEqual(['idle#1', 'policy#1', 'features#1', 'features#2'])
    expect(peersOf(pairs, 'idle#1')).toEqual(['@app#1', 'policy#1', 'features#1', 'features#2'])
    expect(peersOf(pairs, 'features#2')).toEqual(['policy#1', '@app#1', 'idle#1'])
  })
})
