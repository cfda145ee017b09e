import { defineMessage, defineNode, type Message, type MessageType, type Part } from '@millrace/contracts'
import { Type } from 'typebox'
import { type Chance, chanceOf } from './random-graph.js'
import { randomGroups } from './random-groups.js'
import type { Groups } from './run-shares.js'
import { pass } from './shop.js'

const Key = Type.Object({ key: Type.Array(Type.Integer()) })

/** What comes out at the end: the position of what it was made at, among all that its message led to. */
export const Leaf: MessageType = defineMessage('random.leaf', Key, { reply: true })

/** What a handler does with one message. */
interface Visit {
  readonly shape: 'message' | 'list' | 'promise' | 'generator' | 'asynchronous generator'
  /** The layers of what it gives, one after the other. */
  readonly gives: readonly number[]
  /** Whether it throws when it has given that; what is no iterable gives nothing then. */
  readonly throws: boolean
  /** How many turns of the event loop pass before each step. */
  readonly turns: number
}

/** How a stream of requests has to end. */
export interface StreamEnd {
  readonly keys: readonly string[]
  readonly code: string | undefined
}

/**
 * Layers of nodes, each of which sends to later ones or answers. What a handler does with a message follows from the seed and
 * from where the message stands, so that it does the same wherever and however often it runs.
 */
export class RandomStream {
  readonly entry: MessageType
  readonly nodes: readonly Part[]
  readonly requests: number
  readonly #seed: number
  /** How many nodes take each layer's messages. */
  readonly #widths: readonly number[]

  constructor(seed: number) {
    const chance = chanceOf(seed * 29 + 1)
    this.#seed = seed
    this.#widths = Array.from({ length: 2 + chance.pick(3) }, () => (chance.pick(4) === 0 ? 2 : 1))
    this.requests = 1 + chance.pick(8)
    const types = this.#widths.map((_, layer) => defineMessage(`random.layer${layer}`, Key))
    const [entry] = types
    if (entry === undefined) throw new RangeError('there is no layer')
    this.entry = entry
    this.nodes = types.flatMap((type, layer) =>
      Array.from({ length: this.#widths[layer] ?? 1 }, (_, twin) =>
        defineNode({
          name: nameOf(layer, twin),
          consumes: type,
          emits: [...types.slice(layer + 1), Leaf],
          ordered: chance.pick(4) === 0,
          concurrency: 1 + chance.pick(8),
          handle: ({ key }) => this.#handle(layer, twin, key, [...types, Leaf]),
        }),
      ),
    )
  }

  /** Puts the nodes into some groups. */
  groups(chance: Chance, redeliver: number): Groups {
    return randomGroups(this.nodes, chance, redeliver)
  }

  /** The workers of groups, apart where a node of theirs is ordered. */
  slots(groups: Groups): { readonly ordered: readonly string[]; readonly others: readonly string[] } {
    const slots = { ordered: [] as string[], others: [] as string[] }
    for (const [name, { nodes, workers = 1 }] of Object.entries(groups)) {
      const kind = nodes.some((node) => this.#isOrdered(node)) ? slots.ordered : slots.others
      for (let worker = 1; worker <= workers; worker++) kind.push(`${name}#${worker}`)
    }
    return slots
  }

  /** What one depth-first process gives that ends with the first failure. */
  expected(): StreamEnd {
    const keys: string[] = []
    try {
      for (let request = 0; request < this.requests; request++) this.#walk(0, [request], keys)
    } catch (error) {
      if (error !== failure) throw error
      return { keys, code: 'NODE_FAILED' }
    }
    return { keys, code: undefined }
  }

  #walk(layer: number, key: readonly number[], keys: string[]): void {
    if (layer === this.#widths.length) return void keys.push(key.join('.'))
    for (let twin = 0; twin < (this.#widths[layer] ?? 1); twin++) {
      const { gives, throws, shape } = this.#visit(layer, twin, key)
      if (throws && !shape.endsWith('generator')) throw failure
      for (const [index, next] of gives.entries()) this.#walk(next, [...key, twin, index], keys)
      if (throws) throw failure
    }
  }

  #visit(layer: number, twin: number, key: readonly number[]): Visit {
    const chance = chanceOf(
      [layer, twin, ...key].reduce((hash, part) => (hash * 31 + part + 7) % 1_000_003, this.#seed),
    )
    for (let warm = 0; warm < 3; warm++) chance.next()
    const shapes = ['message', 'list', 'promise', 'generator', 'asynchronous generator'] as const
    const shape = shapes[chance.pick(shapes.length)] ?? 'message'
    const most = shape === 'message' ? 1 : 4
    const count = chance.pick(8) === 0 ? 0 : 1 + chance.pick(most)
    const left = this.#widths.length - layer
    return {
      shape,
      gives: Array.from({ length: count }, () => layer + 1 + chance.pick(left)),
      throws: chance.pick(40) === 0,
      turns: chance.pick(5),
    }
  }

  #handle(layer: number, twin: number, key: readonly number[], types: readonly MessageType[]) {
    const { shape, gives, throws, turns } = this.#visit(layer, twin, key)
    const messages = gives.flatMap((next, index) => types[next]?.of({ key: [...key, twin, index] }) ?? [])
    if (shape === 'generator') return generate(messages, throws)
    if (shape === 'asynchronous generator') return generateLater(messages, throws, turns)
    if (shape === 'promise') return promise(messages, throws, turns)
    if (throws) throw failure
    return shape === 'list' ? messages : messages[0]
  }

  #isOrdered(name: string): boolean {
    return this.nodes.some((node) => node.name === name && node.kind === 'node' && node.ordered)
  }
}

const failure = new Error('on purpose')

function nameOf(layer: number, twin: number): string {
  return `layer${layer}${twin === 0 ? '' : 'twin'}`
}

function* generate(messages: readonly Message[], throws: boolean) {
  yield* messages
  if (throws) throw failure
}

async function* generateLater(messages: readonly Message[], throws: boolean, turns: number) {
  for (const message of messages) {
    await pass(turns)
    yield message
  }
  if (throws) throw failure
}

async function promise(messages: readonly Message[], throws: boolean, turns: number): Promise<readonly Message[]> {
  await pass(turns)
  if (throws) throw failure
  return messages
}
