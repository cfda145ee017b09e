import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { MillraceInput } from '@millrace/config-validator'
import { createEventEmitter } from '@millrace/contracts'
import { type DeadLetter, type LetterStore, openLetters } from '../src/dead-letters.js'
import {
  createRuntime,
  defineBytes,
  defineNode,
  defineSink,
  defineSource,
  type Part,
  type Runtime,
  Type,
} from '../src/index.js'
import { preflight } from '../src/preflight/preflight.js'
import { finishEven } from './finish-even.js'
import { Done, deferred, numbered, Step } from './shop.js'

/** What keeps dead letters in a test. */
export interface LetterKeeper {
  /** A configuration that names it. */
  readonly config: string | MillraceInput
  /** What comes on top of that. */
  readonly overlay?: object
  remove(): Promise<void>
}

const Blob = defineBytes('letters.blob')

const book = defineSink({ name: 'book', consumes: Done, open: () => ({ write: () => undefined }) })

/** Gives up the numbers that are odd, and blobs, until it is mended. */
let isMended: boolean
const finish = finishEven(() => isMended)
const unpack = defineNode({
  name: 'unpack',
  consumes: Blob,
  emits: [Done],
  onError: 'dead_letter',
  handle: (bytes) => {
    if (!isMended) throw new RangeError(`not yet ${bytes.byteLength} bytes`)
    return Done.of({ n: bytes.byteLength })
  },
})

/** A source that has the messages 0, 1, … and then stays. */
function steps(count: number, stay: Promise<void> = Promise.resolve()) {
  return defineSource({
    name: 'steps',
    emits: [Step],
    config: Type.Object({}),
    async *read() {
      yield* numbered(Step, count)
      await stay
    },
  })
}

/** What everything that keeps dead letters does, whatever it is. */
export function testLetterStore(title: string, begin: () => Promise<LetterKeeper>): void {
  describe(title, () => {
    let keeper: LetterKeeper
    let opened: LetterStore | undefined
    let store: LetterStore
    const running: Runtime[] = []

    beforeEach(async () => {
      isMended = false
      keeper = await begin()
      const { config, baseDir } = await preflight({ nodes: [steps(1), finish, book], ...applicationOf(keeper) })
      opened = await openLetters(config, baseDir, {})
      store = opened as LetterStore // the configuration has one
    })
    afterEach(async () => {
      await Promise.all(running.splice(0).map((runtime) => runtime.stop()))
      await opened?.close()
      await keeper.remove()
    })

    async function make(parts: readonly Part[], events = createEventEmitter()): Promise<Runtime> {
      const runtime = await createRuntime({ nodes: parts, events, ...applicationOf(keeper) })
      running.push(runtime)
      return runtime
    }

    /** Runs to the end; half of so many messages are letters then. */
    async function run(count: number): Promise<void> {
      const runtime = await make([steps(count), finish, book])
      const { counters } = await runtime.run()
      expect(counters.givenUp.deadLettered).toBe(Math.floor(count / 2))
    }

    const ids = async (): Promise<readonly string[]> => (await store.book()).letters.map(({ id }) => id)

    async function contents(): Promise<readonly DeadLetter[]> {
      const found: DeadLetter[] = []
      for await (const letter of store.letters(await ids())) found.push(letter)
      return found
    }

    const numbersOf = (letters: readonly DeadLetter[]): readonly number[] =>
      letters.map(({ payload }) => (payload as { n: number }).n).sort((one, other) => one - other)

    it('holds nothing before anything has failed', async () => {
      expect(await store.book()).toMatchObject({ letters: [], unreadable: [] })
      expect(await store.letter('a'.repeat(16))).toBeUndefined()
      expect(await store.drop(['a'.repeat(16)], Date.now())).toEqual({ kept: undefined })
    })

    it('tells what a node could not handle, and shows the payload of each', async () => {
      await run(4)
      const { letters, unreadable } = await store.book()
      const letter = {
        id: expect.stringMatching(/^[0-9a-f]{16}$/u),
        at: expect.stringMatching(/Z$/u),
        node: 'finish',
        code: 'NODE_FAILED',
        reason: 'not yet 1',
        type: 'shop.step',
        position: [1, 0],
        trace: expect.stringMatching(/^[0-9a-f]{32}$/u),
        retries: 0,
      }
      expect(unreadable).toEqual([])
      expect(letters).toEqual([
        { ...letter, size: 7 },
        { ...letter, reason: 'not yet 3', position: [3, 0], size: 7 },
      ])
      const [first, second] = letters
      expect(await store.letter(first?.id ?? '')).toEqual({ ...letter, payload: { n: 1 } })
      expect(await store.letter(second?.id ?? '')).toMatchObject({ id: second?.id, payload: { n: 3 } })
      expect(await ids()).toEqual([first?.id, second?.id])
    })

    it('says without the secrets that the application knows why a node could not handle it', async () => {
      const events = createEventEmitter()
      events.redactor.protect(Buffer.from('not yet 1'))
      await (await make([steps(4), finish, book], events)).run()
      const { letters } = await store.book()
      expect(letters.map(({ reason }) => reason)).toEqual(['[redacted]', 'not yet 3'])
    })

    it('drops those that are named and no other, also when they are named again', async () => {
      await run(10)
      const [first = '', second = '', ...others] = await ids()
      expect(await store.drop([second, first], Date.now())).toEqual({ kept: undefined })
      expect(await store.drop([second, 'a'.repeat(16)], Date.now())).toEqual({ kept: undefined })
      expect(await ids()).toEqual(others)
      expect(await store.letter(first)).toBeUndefined()
      expect(numbersOf(await contents())).toEqual([5, 7, 9])
    })

    it('loses none while two applications write and others are dropped', async () => {
      const count = 400
      const ended = Promise.all([run(count), run(count)])
      const dropped = new Set<string>()
      let over = false
      void ended.finally(() => {
        over = true
      })
      while (!over) {
        const some = (await ids()).filter((_, index) => index % 3 === 0)
        await store.drop(some, Date.now())
        for (const id of some) dropped.add(id)
        await new Promise((done) => setImmediate(done))
      }
      await ended
      const left = await ids()
      expect(left.filter((id) => dropped.has(id))).toEqual([])
      expect(left.length + dropped.size).toBe(count)
    })

    it('lets a letter go that is sent again well, and holds one that fails again once, with how often', async () => {
      const stay = deferred()
      const runtime = await make([steps(4, stay.promise), finish, book])
      await runtime.start()
      await haveFailed(runtime, 2)
      const [one, three] = (await contents()) as [DeadLetter, DeadLetter]
      const { letter: again = '' } = await runtime.retry(one)
      expect(await store.letter(one.id)).toBeUndefined()
      expect(await store.letter(again)).toEqual({ ...one, id: again, at: expect.any(String), retries: 1 })
      isMended = true
      expect(await runtime.retry((await store.letter(again)) as DeadLetter)).toEqual({ letter: undefined })
      expect(await ids()).toEqual([three.id])
      stay.resolve()
    })

    it('keeps bytes', async () => {
      const packed = defineSource({
        name: 'packed',
        emits: [Blob],
        async *read() {
          yield Blob.of(new Uint8Array([0, 1, 255]))
        },
      })
      const runtime = await createRuntime({
        nodes: [packed, unpack, book],
        ...applicationOf(keeper, 'packed'),
      })
      await runtime.run()
      expect(await contents()).toMatchObject([{ node: 'unpack', payload: { base64: 'AAH/' } }])
    })
  })
}

function applicationOf({ config, overlay }: LetterKeeper, source = 'steps') {
  return { config, overlay: { adapters: { [source]: {}, book: {} }, ...overlay } }
}

/** Resolves when so many messages of an application are letters. */
function haveFailed(runtime: Runtime, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (runtime.counters().givenUp.deadLettered < count) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = runtime.subscribe(look)
    look()
  })
}
