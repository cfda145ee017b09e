import {
  defineMessage,
  defineNode,
  type HandlerContext,
  type Message,
  type MessageType,
  type Part,
} from '@millrace/contracts'
import { Type } from 'typebox'
import { type Chance, chanceOf } from './random-graph.js'
import { randomGroups } from './random-groups.js'
import type { Groups } from './run-shares.js'
import { pass } from './shop.js'

const Key = Type.Object({ key: Type.Array(Type.Integer()) })
type Keyed = { readonly key: number[] }

/** What answers: the way that the request has taken, with what its handlers were answered. */
export const Answer: MessageType<'random.answer', Keyed> = defineMessage('random.answer', Key, { reply: true })

const shapes = ['message', 'list', 'promise', 'generator', 'asynchronous generator'] as const

/** What handlers give. */
type Given = Message<string, Keyed>

/** What a handler does with one message. */
interface Visit {
  readonly shape: (typeof shapes)[number]
  /** The later layer that it sends to, that many for the answer, undefined for neither. */
  readonly next: number | undefined
  /** The later layers that it sends to beside, of which no answer comes. */
  readonly aside: readonly number[]
  /** The later layer that it asks for an answer of its own before, if any. */
  readonly asks: number | undefined
  /** Whether it throws when it has given that; what is no iterable gives nothing then. */
  readonly throws: boolean
  /** How many turns of the event loop pass before each step. */
  readonly turns: number
}

/** One layer: nodes on the way to the answer, and nodes beside it. */
interface Layer {
  readonly main: MessageType<string, Keyed>
  readonly side: MessageType<string, Keyed>
}

/**
 * Layers of nodes, each of which sends to later ones or answers, and some of which ask later ones for an answer of their own. What a
 * handler does with a message follows from the seed and from the way that led to it, so that it does the same wherever and however
 * often it runs.
 */
export class RandomRequests {
  readonly entry: MessageType<string, Keyed>
  readonly nodes: readonly Part[]
  readonly count: number
  /** Every message that a handler was called with, as the name of its node and its key. */
  readonly calls: string[] = []
  readonly ordered: ReadonlySet<string>
  readonly #seed: number
  readonly #layers: readonly Layer[]

  constructor(seed: number) {
    const chance = chanceOf(seed * 41 + 3)
    this.#seed = seed
    this.#layers = Array.from({ length: 2 + chance.pick(3) }, (_, layer) => ({
      main: defineMessage(`random.main${layer}`, Key),
      side: defineMessage(`random.side${layer}`, Key),
    }))
    this.count = 4 + chance.pick(12)
    this.entry = this.#layer(0).main
    this.nodes = this.#layers.flatMap(({ main, side }, layer) => {
      const later = this.#layers.slice(layer + 1)
      const sides = later.map((one) => one.side)
      const mains = later.map((one) => one.main)
      const common = () => ({ ordered: chance.pick(4) === 0, concurrency: 1 + chance.pick(8) })
      return [
        defineNode({
          name: `main${layer}`,
          consumes: main,
          emits: [...mains, ...sides, Answer],
          requests: mains,
          ...common(),
          handle: ({ key }, context) => this.#handle('main', layer, key, context),
        }),
        ...(layer === 0
          ? [] // nobody sends there
          : [
              defineNode({
                name: `side${layer}`,
                consumes: side,
                emits: sides,
                ...common(),
                handle: ({ key }, context) => this.#handle('side', layer, key, context),
              }),
            ]),
      ]
    })
    this.ordered = new Set(this.nodes.flatMap((node) => (node.kind === 'node' && node.ordered ? [node.name] : [])))
  }

  /**
   * What ordered nodes were called with more than once. A handler that runs again asks anew for what it asks itself: what came of
   * that is another request's, and does not count.
   */
  get orderedTwice(): readonly string[] {
    const seen = new Set<string>()
    return this.calls.filter((call) => {
      const [node = '', key = ''] = call.split(' ')
      if (!this.ordered.has(node) || key.split('.').includes(String(asking))) return false
      return seen.size === seen.add(call).size
    })
  }

  /** Puts the nodes into some groups. */
  groups(chance: Chance, redeliver: number): Groups {
    return randomGroups(this.nodes, chance, redeliver)
  }

  /** All that can become of a request: the keys of answers and the codes of failures. More than one where some of it races. */
  expected(request: number): ReadonlySet<string> {
    return this.#outcomes(0, [request])
  }

  #layer(layer: number): Layer {
    const found = this.#layers[layer]
    if (found === undefined) throw new RangeError(`there is no layer ${layer}`)
    return found
  }

  #outcomes(layer: number, key: readonly number[]): ReadonlySet<string> {
    const visit = this.#visit('main', layer, key)
    if (visit.asks === undefined) return this.#outcomesOf(visit, key)
    const outcomes = new Set<string>()
    for (const answer of this.#outcomes(visit.asks, askedKey(key)))
      if (isCode(answer)) outcomes.add(answer)
      else for (const outcome of this.#outcomesOf(visit, answeredKey(key, answer))) outcomes.add(outcome)
    return outcomes
  }

  /** @param key with the answer to what was asked, if any */
  #outcomesOf({ shape, next, aside, throws }: Visit, key: readonly number[]): ReadonlySet<string> {
    if (throws && !shape.endsWith('generator')) return new Set(['NODE_FAILED'])
    const outcomes = new Set(next === undefined ? ['REPLY_MISSING'] : this.#outcomesAt(next, key))
    if (!throws && !aside.some((layer, index) => this.#failsAside(layer, [...key, index + 1]))) return outcomes
    outcomes.add('NODE_FAILED')
    outcomes.delete('REPLY_MISSING')
    return outcomes
  }

  #outcomesAt(next: number, key: readonly number[]): ReadonlySet<string> {
    return next === this.#layers.length ? new Set([key.join('.')]) : this.#outcomes(next, [...key, 0])
  }

  #failsAside(layer: number, key: readonly number[]): boolean {
    const { aside, throws } = this.#visit('side', layer, key)
    return throws || aside.some((next, index) => this.#failsAside(next, [...key, index + 1]))
  }

  #visit(kind: 'main' | 'side', layer: number, key: readonly number[]): Visit {
    const chance = chanceOf(
      [kind.length + (kind === 'main' ? 5 : 0), layer, ...key].reduce(
        (hash, part) => (hash * 31 + part + 7) % 1_000_003,
        this.#seed,
      ),
    )
    for (let warm = 0; warm < 3; warm++) chance.next()
    const left = this.#layers.length - layer
    const later = (): number => layer + 1 + chance.pick(left)
    const shape = shapes[chance.pick(shapes.length)] ?? 'message'
    const next = kind === 'side' || chance.pick(25) === 0 ? undefined : later()
    const most = shape === 'message' ? (next === undefined ? 1 : 0) : 3
    const aside = Array.from({ length: chance.pick(most + 1) }, later).filter((at) => at < this.#layers.length)
    const isLater = shape === 'promise' || shape === 'asynchronous generator'
    const asks =
      kind === 'main' && isLater && left > 1 && chance.pick(3) === 0 ? layer + 1 + chance.pick(left - 1) : undefined
    return { shape, next, aside, asks, throws: chance.pick(50) === 0, turns: chance.pick(5) }
  }

  #handle(kind: 'main' | 'side', layer: number, key: readonly number[], { request }: HandlerContext) {
    this.calls.push(`${kind}${layer} ${key.join('.')}`)
    const visit = this.#visit(kind, layer, key)
    const { shape, asks, throws, turns } = visit
    const ask = async (): Promise<readonly number[]> => {
      if (asks === undefined) return key
      const answer = await request(this.#layer(asks).main, { key: [...askedKey(key)] }, { expect: Answer })
      return answeredKey(key, answer.key.join('.'))
    }
    if (shape === 'promise')
      return pass(turns).then(async () => {
        const messages = this.#given(visit, await ask())
        if (throws) throw failure
        return messages
      })
    if (shape === 'asynchronous generator')
      return generateLater(async () => this.#given(visit, await ask()), throws, turns)
    const messages = this.#given(visit, key)
    if (shape === 'generator') return generate(messages, throws)
    if (throws) throw failure
    return shape === 'list' ? messages : messages[0]
  }

  #given({ next, aside }: Visit, key: readonly number[]): readonly Given[] {
    const answers = next === this.#layers.length
    return [
      ...(answers ? [Answer.of({ key: [...key] })] : []),
      ...(next === undefined || answers ? [] : [this.#layer(next).main.of({ key: [...key, 0] })]),
      ...aside.map((layer, index) => this.#layer(layer).side.of({ key: [...key, index + 1] })),
    ]
  }
}

const failure = new Error('on purpose')

/** Ends the key of what a handler asks. */
const asking = 900

/** The key that a handler asks with. */
function askedKey(key: readonly number[]): readonly number[] {
  return [...key, asking]
}

/** The key that a handler goes on with when it was answered. */
function answeredKey(key: readonly number[], answer: string): readonly number[] {
  return [...key, answer.length]
}

function isCode(outcome: string): boolean {
  return /^[A-Z]/.test(outcome)
}

function* generate(messages: readonly Given[], throws: boolean) {
  yield* messages
  if (throws) throw failure
}

async function* generateLater(messages: () => Promise<readonly Given[]>, throws: boolean, turns: number) {
  for (const message of await messages()) {
    await pass(turns)
    yield message
  }
  if (throws) throw failure
}
