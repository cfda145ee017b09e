import { describe, expect, it } from '@jest/globals'
import {
  defineBytes,
  defineMessage,
  defineNode,
  defineService,
  defineSink,
  defineSource,
  defineState,
  findingsError,
  type MessageType,
  token,
} from '@millrace/contracts'
import { Type } from 'typebox'
import { buildGraph, type GraphInput } from './build-graph.js'

const Line = defineMessage('fund.line', Type.Object({ text: Type.String() }))
const Attempt = defineMessage('fund.attempt', Type.Object({ id: Type.String(), customerId: Type.String() }))
const Decision = defineMessage('fund.decision', Type.Object({ accepted: Type.Boolean() }), { reply: true })
const Window = defineState('fund.window', Type.Object({ cents: Type.Integer() }))

const read = defineSource({ name: 'read', stage: 'ingress', tags: ['file'], emits: [Line], read: () => [] })
const parse = defineNode({ name: 'parse', runner: 'cpu', consumes: Line, emits: [Attempt], handle: () => undefined })
const decide = defineNode({
  name: 'decide',
  consumes: Attempt,
  emits: [Decision],
  state: {
    windows: { type: Window, keys: () => [], scope: 'global' },
    seen: { type: Window, keys: () => [], volatile: true },
  },
  handle: () => undefined,
})
const write = defineSink({ name: 'write', consumes: Decision, open: () => ({ write: () => undefined }) })
const clock = defineService(token<() => number>('clock'), () => Date.now)

const all = [read, parse, clock, decide, write]
const build = (input: Partial<GraphInput>) =>
  buildGraph({ parts: all, adapters: ['read', 'write'], embedded: false, ...input })

/** A node that only passes on. */
function step(name: string, consumes: readonly MessageType[], emits: readonly MessageType[] = []) {
  return defineNode({ name, consumes, emits, handle: () => undefined })
}

function message(name: string, reply = false) {
  return defineMessage(name, Type.Object({}), { reply })
}

describe('buildGraph', () => {
  it('lists nodes and types in declaration order, and the edges that follow', () => {
    const { graph, nodes, types, inactive, findings } = build({})
    expect(graph).toEqual({
      nodes: [
        {
          name: 'read',
          kind: 'source',
          stage: 'ingress',
          tags: ['file'],
          runner: 'io',
          consumes: [],
          emits: [0],
          ordered: false,
          state: [],
        },
        {
          name: 'parse',
          kind: 'handler',
          stage: undefined,
          tags: [],
          runner: 'cpu',
          consumes: [0],
          emits: [1],
          ordered: false,
          state: [],
        },
        {
          name: 'decide',
          kind: 'handler',
          stage: undefined,
          tags: [],
          runner: 'io',
          consumes: [1],
          emits: [2],
          ordered: true,
          state: [
            { name: 'windows', volatile: false, scope: 'global' },
            { name: 'seen', volatile: true, scope: 'partition' },
          ],
        },
        {
          name: 'write',
          kind: 'sink',
          stage: undefined,
          tags: [],
          runner: 'io',
          consumes: [2],
          emits: [],
          ordered: true,
          state: [],
        },
      ],
      types: [
        { name: 'fund.line', reply: false, encoding: 'json', fields: ['text'], entry: false },
        { name: 'fund.attempt', reply: false, encoding: 'json', fields: ['id', 'customerId'], entry: false },
        { name: 'fund.decision', reply: true, encoding: 'json', fields: ['accepted'], entry: false },
      ],
      edges: [
        { from: 0, to: 1, type: 0 },
        { from: 1, to: 2, type: 1 },
        { from: 2, to: 3, type: 2 },
      ],
    })
    expect([nodes, types]).toEqual([
      [read, parse, decide, write],
      [Line, Attempt, Decision],
    ])
    expect([inactive, findings]).toEqual([[], []])
  })

  it('orders edges by emitter, then by type as emitted, then by consumer as declared', () => {
    const [A, B] = [message('a'), message('b')]
    const parts = [step('last', [A, B]), step('make', [Line], [B, A, B]), step('first', [B])]
    const { graph } = build({ parts, adapters: [], embedded: true })
    expect(graph.edges.map(({ to, type }) => [graph.nodes[to]?.name, graph.types[type]?.name])).toEqual([
      ['last', 'b'],
      ['first', 'b'],
      ['last', 'a'],
    ])
  })

  it('draws no edge from a node to itself', () => {
    const parts = [step('retry', [Line], [Line, Decision]), step('log', [Line])]
    const { graph, findings } = build({ parts, adapters: [], entries: [{ type: 'fund.line' }] })
    expect([graph.edges, findings]).toEqual([[{ from: 0, to: 1, type: 0 }], []])
  })

  it('leaves sources and sinks out that no adapter configures, and names them', () => {
    const { graph, inactive } = build({ adapters: ['read'] })
    expect(graph.nodes.map(({ name }) => name)).toEqual(['read', 'parse', 'decide'])
    expect(inactive).toEqual([write])
  })

  it('tells byte types, which have no fields', () => {
    const { graph } = build({ parts: [step('resize', [defineBytes('photo')])], adapters: [], embedded: true })
    expect(graph.types).toEqual([{ name: 'photo', reply: false, encoding: 'bytes', fields: [], entry: true }])
  })

  it('builds a graph of nothing', () => {
    expect(build({ parts: [] })).toEqual({
      graph: { nodes: [], types: [], edges: [] },
      nodes: [],
      types: [],
      inactive: [],
      findings: [],
    })
  })

  describe('names', () => {
    it('GRAPH-01 refuses two definitions of a name, whatever their kinds', () => {
      const sink = defineSink({ name: 'parse', consumes: Attempt, open: () => ({ write: () => undefined }) })
      expect(build({ parts: [...all, step('parse', [Line]), sink] }).findings).toEqual([
        {
          code: 'GRAPH_DUPLICATE_NODE',
          message:
            "the name 'parse' stands for 3 definitions (node, node, sink); names are unique in a graph: rename all but one",
        },
      ])
    })

    it('GRAPH-01 refuses a definition that is listed twice', () => {
      expect(build({ parts: [...all, parse] }).findings).toEqual([
        { code: 'GRAPH_DUPLICATE_NODE', message: "node 'parse' is listed 2 times; list each definition once" },
      ])
    })

    it.each([
      ['schemas', defineMessage('fund.line', Type.Object({ line: Type.String() })), 'their schemas differ'],
      ['encodings', defineBytes('fund.line'), 'one carries JSON, the other bytes'],
      [
        'ends',
        defineMessage('fund.line', Type.Object({ text: Type.String() }), { reply: true }),
        'one is a reply, the other is not',
      ],
    ])('GRAPH-01 refuses two message types of a name with different %s', (_what, other: MessageType, difference) => {
      expect(build({ parts: [...all, step('log', [other])] }).findings).toEqual([
        {
          code: 'GRAPH_DUPLICATE_NODE',
          message: `message type 'fund.line' is defined twice, in source 'read' and in node 'log', and ${difference}; rename one, or import the same definition in both places`,
        },
      ])
    })

    it('says when the two message types are in one node', () => {
      const other = defineMessage('fund.line', Type.Object({}))
      const { findings } = build({
        parts: [step('both', [Line], [other]), step('log', [Line])],
        adapters: [],
        embedded: true,
      })
      expect(findings.map(({ message }) => message)).toEqual([
        "message type 'fund.line' is defined twice, both in node 'both', and their schemas differ; rename one, or import the same definition in both places",
      ])
    })

    it('takes two equal definitions of a message type for one', () => {
      const again = defineMessage('fund.line', Type.Object({ text: Type.String() }))
      expect(build({ parts: [...all, step('log', [again])] }).findings).toEqual([])
    })
  })

  describe('providers', () => {
    it('GRAPH-01 refuses a type that nothing emits', () => {
      expect(build({ parts: [step('a', [Line]), step('b', [Line])] }).findings).toEqual([
        {
          code: 'GRAPH_NO_PROVIDER',
          message:
            "node 'a' and node 'b' consume 'fund.line', which nothing active emits; add a source or a node that emits it, or an interface that requests it",
        },
      ])
    })

    it.each([
      ['run', false],
      ['embedded', true],
    ])('GRAPH-01 names the inactive source that would emit a type (%s)', (_mode, embedded) => {
      expect(build({ adapters: ['write'], embedded }).findings).toEqual([
        {
          code: 'GRAPH_NO_PROVIDER',
          message:
            "node 'parse' consumes 'fund.line', which nothing active emits: source 'read' emits it but adapters.read does not configure it",
        },
      ])
    })

    it('GRAPH-01 refuses a type that only its consumer emits', () => {
      expect(build({ parts: [step('retry', [Decision], [Decision])] }).findings).toEqual([
        {
          code: 'GRAPH_NO_PROVIDER',
          message:
            "node 'retry' consumes 'fund.decision', which nothing else emits; add a source or a node that emits it, or an interface that requests it",
        },
      ])
    })

    it.each([
      ['an interface requests', { entries: [{ type: 'fund.line' }] }],
      ['an embedding program may request', { embedded: true }],
    ])('takes a type that %s for an entry', (_who, input) => {
      const { graph, findings } = build({ parts: [parse, decide], adapters: [], ...input })
      expect(findings).toEqual([])
      expect(graph.types.map(({ entry }) => entry)).toEqual([true, false, false])
    })

    it('GRAPH-01 refuses a request that nothing consumes and a reply that nothing emits', () => {
      expect(build({ entries: [{ type: 'fund.query' }], replies: [{ type: 'fund.answer' }] }).findings).toEqual([
        {
          code: 'GRAPH_NO_CONSUMER',
          message:
            "an interface requests 'fund.query', which no active node consumes; add a node or a sink that consumes it",
        },
        {
          code: 'GRAPH_NO_PROVIDER',
          message: "an interface replies with 'fund.answer', which no active node emits; add a node that emits it",
        },
      ])
    })
  })

  describe('consumers', () => {
    it('GRAPH-01 refuses a type that nothing consumes', () => {
      expect(build({ parts: [read, step('parse', [Line], [Attempt])] }).findings).toEqual([
        {
          code: 'GRAPH_NO_CONSUMER',
          message:
            "node 'parse' emits 'fund.attempt', which nothing active consumes; add a node or a sink that consumes it, or define it with { reply: true } if it answers a request",
        },
      ])
    })

    it('GRAPH-01 names the inactive sink that would consume a type', () => {
      const log = defineSink({ name: 'log', consumes: Attempt, open: () => ({ write: () => undefined }) })
      expect(build({ parts: [read, parse, log] }).findings).toEqual([
        {
          code: 'GRAPH_NO_CONSUMER',
          message:
            "node 'parse' emits 'fund.attempt', which nothing active consumes: sink 'log' consumes it but adapters.log does not configure it",
        },
      ])
    })

    it('lets a reply go without a consumer', () => {
      expect(build({ parts: [read, parse, decide] }).findings).toEqual([])
    })

    it('lets an interface take a type, which must be a reply', () => {
      expect(build({ parts: [read, parse], replies: [{ type: 'fund.attempt' }] }).findings).toEqual([
        {
          code: 'CONFIG_INVALID',
          message: "an interface replies with 'fund.attempt', which is no reply type; define it with { reply: true }",
        },
      ])
    })

    it('refuses a type whose only consumer is its emitter', () => {
      const retry = step('retry', [Line, Attempt], [Attempt])
      expect(build({ parts: [read, retry, parse] }).findings).toEqual([
        {
          code: 'ROUTE_SELF_LOOP',
          message:
            "node 'retry' emits 'fund.attempt' and is the only one that consumes it, but no node gets its own messages; add another consumer, or take the type out of its emits",
        },
      ])
    })
  })

  describe('cycles', () => {
    const [X, Y, Z] = [message('x'), message('y'), message('z')]

    it('GRAPH-01 draws a cycle with its types', () => {
      const parts = [step('a', [Line, Y], [X]), step('b', [X], [Y])]
      expect(build({ parts, adapters: [], embedded: true }).findings).toEqual([
        {
          code: 'GRAPH_CYCLE',
          message:
            "messages could run in a circle: a → b → a ('x' from a to b, 'y' from b to a); take one of these types out of a node's emits or consumes",
        },
      ])
    })

    it('GRAPH-01 draws each knot once, by its shortest way, and none for what leads in or out', () => {
      const parts = [
        step('in', [Line], [X]),
        step('a', [X, Z], [Y]),
        step('b', [Y], [Z]),
        step('c', [Y, Z], [Z, Attempt]),
        step('out', [Attempt], [Decision]),
        step('d', [message('p'), Decision], [message('q')]),
        step('e', [message('q')], [message('p')]),
      ]
      const { findings } = build({ parts, adapters: [], embedded: true })
      expect(findings.map(({ message }) => message.split(';')[0])).toEqual([
        "messages could run in a circle: a → b → a ('y' from a to b, 'z' from b to a)",
        "messages could run in a circle: d → e → d ('q' from d to e, 'p' from e to d)",
      ])
    })

    it('walks ten thousand nodes in a row', () => {
      const types = Array.from({ length: 10_001 }, (_, index) => message(`t${index}`, index === 10_000))
      const parts = types.slice(1).map((type, index) => step(`n${index}`, types.slice(index, index + 1), [type]))
      const { graph, findings } = build({ parts, adapters: [], embedded: true })
      expect([graph.edges.length, findings]).toEqual([9_999, []])
    })
  })
})

describe('a graph with several mistakes', () => {
  it('GRAPH-01 lists everything that is wrong, with the code of the first', () => {
    const { findings } = build({ parts: [read, step('parse', [Attempt], [Attempt, Line])] })
    expect(findingsError('the graph', findings).message).toBe(`GRAPH_NO_PROVIDER: the graph has 3 problems
  GRAPH_NO_PROVIDER: node 'parse' consumes 'fund.attempt', which nothing else emits; add a source or a node that emits it, or an interface that requests it
  GRAPH_NO_CONSUMER: source 'read' and node 'parse' emit 'fund.line', which nothing active consumes; add a node or a sink that consumes it, or define it with { reply: true } if it answers a request
  ROUTE_SELF_LOOP: node 'parse' emits 'fund.attempt' and is the only one that consumes it, but no node gets its own messages; add another consumer, or take the type out of its emits`)
  })
})
