import {
  createEventEmitter,
  defineMessage,
  type MessageType,
  type MillraceError,
  type NodeDefinition,
  type Position,
  type SinkWriter,
  type SourceContext,
  type SourceDefinition,
} from '@millrace/contracts'
import { createRoutingService } from '@millrace/routing'
import { createMemoryStateStore, createMemoryTransport } from '@millrace/transport-memory'
import { Type } from 'typebox'
import type { GraphPart } from '../src/graph/graph-parts.js'
import { Engine } from '../src/runtime/engine.js'
import { InFlight } from '../src/runtime/in-flight.js'
import { SourcePump } from '../src/runtime/source-pump.js'
import { type Chance, chanceOf, clockOf, type RandomCase } from './random-graph.js'
import { turn } from './shop.js'

interface At {
  readonly at: Position
  readonly key: number
}

/** Everything that waits for the scheduler: it lets one go on at a time, in a random order. */
export class Waits {
  readonly #open: (() => void)[] = []
  readonly #chance: Chance

  constructor(chance: Chance) {
    this.#chance = chance
  }

  get length(): number {
    return this.#open.length
  }

  wait(): Promise<void> {
    return new Promise((resolve) => void this.#open.push(resolve))
  }

  /** Adds something that is to happen when its turn comes. */
  add(happen: () => void): void {
    this.#open.push(happen)
  }

  letOneGo(): void {
    const [resolve] = this.#open.splice(this.#chance.pick(this.#open.length), 1)
    resolve?.()
  }
}

/** How many turns of the event loop may pass with nothing to let go before a run counts as stuck: the runner yields while it works. */
export const deadQuiet = 1000

/** What a run of a random graph showed each node, in that order, and what was left at its end. */
export interface RandomRun {
  readonly seen: readonly (readonly string[])[]
  readonly ended: boolean
  readonly left: number
  readonly failure: MillraceError | undefined
  /** Nodes of which each key was in one slot alone, so that no order holds but within it; what they saw is by keys. */
  readonly byKey?: readonly boolean[]
  /** What became a dead letter: the node, and where its message stood. */
  readonly letters?: readonly string[]
}

/** Runs a random graph on the real runner; promises and streams go on in the order of a seeded scheduler. */
export async function runRandomGraph(testCase: RandomCase, seed: number): Promise<RandomRun> {
  const waits = new Waits(chanceOf(seed * 31 + 7))
  const seen: string[][] = testCase.graph.nodes.map(() => [])
  const types = testCase.graph.types.map((type) =>
    defineMessage(type.name, Type.Object({ at: Type.Array(Type.Integer()), key: Type.Integer() })),
  )
  const nodes = testCase.graph.nodes.map((_, node) => definitionOf(testCase, node, types, waits, seen[node] ?? []))
  const sink = nodes.length - 1
  const events = createEventEmitter()
  const engine = new Engine({
    graph: testCase.graph,
    nodes,
    types,
    routing: createRoutingService({ graph: testCase.graph }),
    transport: createMemoryTransport(),
    store: createMemoryStateStore(),
    events,
    clock: clockOf(seed * 17 + 11),
    tracing: undefined,
    checks: { validate: 'entry', freeze: false, serialise: false, maxPayloadBytes: 1_000_000 },
    writers: new Map([[sink, writerOf(testCase, sink, waits, seen[sink] ?? [])]]),
    services: () => ({}),
    config: () => ({}),
    wallTime: (ms) => ms,
    share: undefined,
    request: () => Promise.reject(new Error('no nested requests here')),
    deadLetter: () => undefined,
  })
  const inFlight = new InFlight({ maxRoots: testCase.maxInFlight, maxBytes: 1e9 }, (work) =>
    engine.runner.loop.push(work),
  )
  let ended = false
  let failure: MillraceError | undefined
  const source = nodes[0] as SourceDefinition // node 0 is the source
  new SourcePump({
    definition: source,
    read: () => source.read({} as never),
    routes: engine.routes(0).map((route) => ({ route, check: (payload: unknown) => payload })),
    runner: engine.runner,
    inFlight,
    tracing: undefined,
    from: 0,
    lowWater: undefined,
    ordered: true,
    domain: { opened: () => undefined, closed: () => undefined },
    unclaimed: () => undefined,
    failed: (error) => {
      failure = error
    },
    ended: () => {
      ended = true
    },
  }).start()
  for (let quiet = 0; quiet < deadQuiet && !ended; ) {
    await turn()
    if (waits.length === 0) quiet++
    else {
      quiet = 0
      waits.letOneGo()
    }
  }
  return { seen, ended, left: inFlight.length, failure }
}

export function definitionOf(
  testCase: RandomCase,
  node: number,
  types: readonly MessageType[],
  waits: Waits,
  seen: string[],
): GraphPart {
  const { name, kind, consumes, emits } = testCase.graph.nodes[node] ?? missing()
  const common = {
    name,
    stage: undefined,
    tags: [],
    runner: 'io',
    inject: {},
    config: undefined,
    consumes: consumes.map((type) => types[type] ?? missing()),
    emits: emits.map((type) => types[type] ?? missing()),
  } as const
  if (kind === 'source')
    return {
      ...common,
      kind: 'source',
      read: (reading: Reading) => rootsOf(testCase, common.emits[0] ?? missing(), reading),
    } as unknown as SourceDefinition // as defineSource makes it
  return {
    ...common,
    kind: kind === 'sink' ? 'sink' : 'node',
    state: {},
    requests: [],
    ordered: testCase.graph.nodes[node]?.ordered ?? false,
    concurrency: testCase.concurrency[node] ?? 1,
    onError: 'fail',
    handle: handlerOf(testCase, node, types, waits, seen),
  } as unknown as NodeDefinition // as defineNode makes it
}

/** What a message says: where it stands, and what it is sent to a partition by, which is the same for all that comes of a root. */
export function payloadAt(at: Position): At {
  return { at, key: keyAt(at) }
}

export function keyAt([seq = 0]: Position): number {
  return seq % keys.length
}

export const keys: readonly number[] = [0, 1, 2, 3, 4]

/** How the source is told where to begin, and says where it stands. */
export type Reading = Partial<Pick<SourceContext, 'mark' | 'resume'>>

function* rootsOf(testCase: RandomCase, type: MessageType, { mark, resume = 0 }: Reading) {
  for (let seq = Number(resume); seq < testCase.roots; seq += 5) {
    const length = Math.min(5, testCase.roots - seq)
    mark?.(seq + length)
    yield Array.from({ length }, (_, index) => type.of(payloadAt([seq + index, 0])))
  }
}

function handlerOf(testCase: RandomCase, node: number, types: readonly MessageType[], waits: Waits, seen: string[]) {
  const called = ({ at }: At) => {
    const fails = testCase.fails?.(node, at) === true
    if (!fails) seen.push(String(at))
    return {
      messages: testCase
        .emissions(node, at)
        .map(({ edge, position }) => (types[edge] ?? missing()).of(payloadAt(position))),
      end: () => {
        if (fails) throw new Error('on purpose')
      },
    }
  }
  const shapes = {
    value: (payload: At) => {
      const { messages, end } = called(payload)
      end()
      return messages
    },
    iterable: function* (payload: At) {
      const { messages, end } = called(payload)
      yield* messages
      end()
    },
    promise: async (payload: At) => {
      const { messages, end } = called(payload)
      await waits.wait()
      end()
      return messages
    },
    stream: async function* (payload: At) {
      const { messages, end } = called(payload)
      for (const message of messages) {
        await waits.wait()
        yield message
      }
      end()
    },
  }
  return shapes[testCase.shapes[node] ?? 'value']
}

export function writerOf(
  testCase: RandomCase,
  sink: number,
  waits: Waits,
  seen: { push(line: string): unknown },
): SinkWriter<unknown> {
  return {
    write: (payload) => {
      seen.push(String((payload as At).at)) // every type of the graph carries a position
      return testCase.shapes[sink] === 'promise' ? waits.wait() : undefined
    },
  }
}

export function missing(): never {
  throw new RangeError('the random graph does not have this')
}
