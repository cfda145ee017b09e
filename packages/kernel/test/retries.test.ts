import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { findApplication, openControlLine, serveControl } from '../src/control.js'
import { type DeadLetter, lettersOf, readDeadLetter, readDeadLetters } from '../src/dead-letters.js'
import {
  createRuntime,
  defineBytes,
  defineMessage,
  defineNode,
  defineSink,
  defineSource,
  type MillraceEvent,
  type Part,
  type Runtime,
  Type,
} from '../src/index.js'
import { codeOf, Done, deferred, numbered, Step, until } from './shop.js'

let folder: string
let path: string
let written: number[]
const open: Runtime[] = []
const reachable: { close(): unknown }[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-retries-'))
  path = join(folder, 'dead.ndjson')
  written = []
})
afterEach(async () => {
  await Promise.all(reachable.splice(0).map((each) => each.close()))
  await Promise.all(open.splice(0).map((runtime) => runtime.stop()))
  rmSync(folder, { recursive: true })
})

const Blob = defineBytes('retries.blob')

const book = defineSink({
  name: 'book',
  consumes: Done,
  open: () => ({ write: ({ n }) => void written.push(n) }),
})

/** Fails until there is a file, and keeps what it is asked in a list. */
const seen: { trace: string; deadline: number | undefined }[] = []
const finish = defineNode({
  name: 'finish',
  consumes: Step,
  emits: [Done],
  onError: 'dead_letter',
  handle: ({ n }, { traceId, deadline }) => {
    seen.push({ trace: traceId, deadline })
    if (!existsSync(join(folder, 'mended'))) throw new RangeError(`not yet ${n}`)
    return Done.of({ n })
  },
})

/** A source that has the messages 0, 1, … and then stays. */
function steps(count: number, stay: Promise<void> = Promise.resolve()) {
  return defineSource({
    name: 'steps',
    emits: [Step],
    async *read() {
      yield* numbered(Step, count)
      await stay
    },
  })
}

const adaptersOf = (parts: readonly Part[]): object =>
  Object.fromEntries(parts.flatMap(({ kind, name }) => (kind === 'source' || kind === 'sink' ? [[name, {}]] : [])))

async function started(parts: readonly Part[], runtime: object = {}): Promise<Runtime> {
  const app = await createRuntime({
    nodes: parts,
    overlay: { adapters: adaptersOf(parts), dead_letters: { path }, ...runtime },
  })
  open.push(app)
  await app.start()
  return app
}

const letters = (): readonly DeadLetter[] =>
  readDeadLetters(path).letters.flatMap(({ id }) => readDeadLetter(path, id) ?? [])
const idle = (app: Runtime, count: number) =>
  until(`${count} dead letters`, () => app.counters().givenUp.deadLettered === count)
const mend = (): void => writeFileSync(join(folder, 'mended'), '')

/** A letter that stands in no file. */
function letter(more: Partial<DeadLetter> = {}): DeadLetter {
  const rest = { id: 'a'.repeat(16), at: '2026-11-28T09:00:00.000Z', node: 'finish', code: 'NODE_FAILED', reason: '' }
  return { ...rest, type: 'shop.step', position: [7, 0], trace: 'c'.repeat(32), retries: 0, payload: { n: 7 }, ...more }
}

describe('Runtime.retry', () => {
  it('sends a message to its node again, in its trace and with a deadline, and drops its letter', async () => {
    const stay = deferred()
    const app = await started([steps(2, stay.promise), finish, book])
    await idle(app, 2)
    mend()
    const [first, second] = letters() as [DeadLetter, DeadLetter]
    seen.length = 0
    const before = Date.now()
    const events: MillraceEvent[] = []
    app.subscribe((event) => void events.push(event))
    expect(await app.retry(second, { timeoutMs: 5000 })).toEqual({ letter: undefined })
    expect([written, letters()]).toEqual([[1], [first]])
    expect(events).toMatchObject([
      { name: 'message.retried', facts: { node: 'finish', letter: second.id, trace: second.trace } },
    ])
    expect(seen).toEqual([{ trace: second.trace, deadline: expect.any(Number) }])
    expect(seen[0]?.deadline).toBeGreaterThanOrEqual(before + 5000)
    expect(app.counters().inFlight).toBe(0)
    stay.resolve()
  })

  it('leaves one letter of a message that fails again, which counts how often', async () => {
    const app = await started([steps(1), finish, book])
    await idle(app, 1)
    const [first] = letters() as [DeadLetter]
    const told: string[] = []
    app.subscribe(({ name }) => void told.push(name))
    const { letter: second } = await app.retry(first)
    expect(told).toEqual(['message.dead_lettered']) // and not that it was done
    expect(letters()).toEqual([{ ...first, id: second, retries: 1, at: expect.any(String) }])
    const { letter: third } = await app.retry(letters()[0] as DeadLetter)
    expect(letters()).toEqual([{ ...first, id: third, retries: 2, at: expect.any(String) }])
    expect(readFileSync(path, 'utf8')).toContain(`"retries":2,"replaces":"${second}"`)
    mend()
    await app.retry(letters()[0] as DeadLetter)
    expect([letters(), written]).toEqual([[], [0]])
  })

  it('takes a letter that says what it replaces for the mark of that, where a process was killed before it wrote one', async () => {
    const lines = [letter(), { ...letter({ id: 'b'.repeat(16) }), retries: 1, replaces: 'a'.repeat(16) }]
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    expect(readDeadLetters(path).letters).toMatchObject([{ id: 'b'.repeat(16), retries: 1 }])
    expect(readDeadLetter(path, 'a'.repeat(16))).toBeUndefined()
  })

  it('begins to count anew at another node, whose message that is', async () => {
    const last = defineNode({
      name: 'last',
      consumes: Done,
      onError: 'dead_letter',
      handle: () => {
        throw new RangeError('never')
      },
    })
    const app = await started([steps(1), finish, last])
    await idle(app, 1)
    mend()
    expect(await app.retry(letters()[0] as DeadLetter)).toEqual({ letter: undefined })
    expect(letters()).toMatchObject([{ node: 'last', type: 'shop.done', retries: 0 }])
  })

  it.each([
    [
      'a node that is not there',
      { node: 'finsh' },
      'ROUTE_UNKNOWN_TARGET',
      "'finsh', which the running application does not have; did you mean 'finish'?",
    ],
    ['a sink', { node: 'book', type: 'shop.done' }, 'ROUTE_UNKNOWN_TARGET', "of node 'book'"],
    [
      'a type that is not there',
      { type: 'shop.leap' },
      'ROUTE_TARGET_REFUSES_TYPE',
      "which node 'finish' does not consume any more",
    ],
    ['a type that the node does not consume', { type: 'shop.done' }, 'ROUTE_TARGET_REFUSES_TYPE', "'shop.done'"],
    ['a payload that fits no more', { payload: { m: 1 } }, 'PAYLOAD_INVALID', 'does not match its schema'],
    ['no payload', { payload: undefined }, 'PAYLOAD_INVALID', 'does not match its schema'],
  ])('says why %s cannot be sent again, and the letter stays', async (_what, more, code, why) => {
    const app = await started([steps(0), finish, book])
    appendFileSync(path, `${JSON.stringify(letter(more))}\n`)
    await expect(app.retry(letter(more))).rejects.toMatchObject({ code, message: expect.stringContaining(why) })
    expect([letters().length, written, app.counters().inFlight]).toEqual([1, [], 0])
  })

  it('keeps the letter where something that came of it fails', async () => {
    const breaks = defineNode({
      name: 'breaks',
      consumes: Done,
      handle: () => {
        throw new RangeError('broken')
      },
    })
    const app = await started([steps(0), finish, breaks])
    mend()
    appendFileSync(path, `${JSON.stringify(letter())}\n`)
    const events: MillraceEvent[] = []
    app.subscribe((event) => void events.push(event))
    expect(await codeOf(app.retry(letter()))).toBe('NODE_FAILED')
    expect(letters().map(({ id }) => id)).toEqual([letter().id])
    expect(events.filter(({ name }) => name === 'root.failed')).toMatchObject([
      { facts: { node: 'breaks', code: 'NODE_FAILED', trace: letter().trace } },
    ])
  })

  it('carries bytes', async () => {
    const got: Uint8Array[] = []
    const take = defineNode({
      name: 'take',
      consumes: Blob,
      onError: 'dead_letter',
      handle: (bytes) => {
        got.push(bytes)
        if (!existsSync(join(folder, 'mended'))) throw new RangeError('not yet')
      },
    })
    const blobs = defineSource({ name: 'steps', emits: [Blob], read: () => [Blob.of(Uint8Array.of(0, 255, 7))] })
    const app = await started([blobs, take])
    await idle(app, 1)
    mend()
    await app.retry(letters()[0] as DeadLetter)
    expect([got.map((bytes) => [...bytes]), letters()]).toEqual([
      [
        [0, 255, 7],
        [0, 255, 7],
      ],
      [],
    ])
  })

  it('does not send a letter twice, also one that a list knows which is older', async () => {
    const gate = deferred()
    const slow = defineNode({
      name: 'finish',
      consumes: Step,
      emits: [Done],
      handle: async ({ n }) => {
        await gate.promise
        return Done.of({ n })
      },
    })
    const app = await started([steps(0), slow, book])
    const once = app.retry(letter())
    await expect(app.retry(letter())).rejects.toThrow(
      'RETRY_REFUSED: dead letter aaaaaaaaaaaaaaaa is not sent again: it is being sent again already',
    )
    gate.resolve()
    await once
    await expect(app.retry(letter())).rejects.toThrow('it was sent again already; read the list anew')
    expect(written).toEqual([7])
  })

  it('gives up at its deadline, and the letter stays', async () => {
    const gate = deferred()
    const slow = defineNode({ name: 'finish', consumes: Step, emits: [Done], handle: () => gate.promise as never })
    const app = await started([steps(0), slow, book])
    appendFileSync(path, `${JSON.stringify(letter())}\n`)
    await expect(app.retry(letter(), { timeoutMs: 20 })).rejects.toThrow(
      'REPLY_TIMEOUT: not all that comes of dead letter aaaaaaaaaaaaaaaa was done within 20 ms, so it stays',
    )
    gate.resolve()
    await until('nothing is in flight', () => app.counters().inFlight === 0)
    expect([letters().length, written]).toEqual([1, []])
  })

  it('waits for a place where admission has none, before the source that takes them all', async () => {
    const waiting: (() => void)[] = []
    const taken: number[] = []
    let letsGo = false
    const slow = defineNode({
      name: 'finish',
      consumes: Step,
      emits: [Done],
      concurrency: 10,
      handle: async ({ n }) => {
        taken.push(n)
        if (!letsGo) await new Promise<void>((resolve) => void waiting.push(resolve))
        return Done.of({ n })
      },
    })
    const app = await started([steps(100), slow, book], { runtime: { max_in_flight: 2 } })
    await until('two are in flight', () => taken.length === 2)
    const ended = app.retry(letter({ payload: { n: 777 } }))
    waiting.shift()?.()
    await until('a place is taken', () => taken.length === 3)
    expect([taken, app.counters().inFlight]).toEqual([[0, 1, 777], 2])
    letsGo = true
    for (const go of waiting) go()
    await ended
  })

  it('is refused before the start and once the runtime drains; what was accepted is finished', async () => {
    const gate = deferred()
    const slow = defineNode({
      name: 'finish',
      consumes: Step,
      emits: [Done],
      handle: async ({ n }) => {
        await gate.promise
        return Done.of({ n })
      },
    })
    const early = await createRuntime({ nodes: [steps(0), slow, book], overlay: { adapters: { book: {}, steps: {} } } })
    expect(await codeOf(early.retry(letter()))).toBe('BOOT_NOT_READY')
    const app = await started([steps(0), slow, book])
    const accepted = app.retry(letter())
    const stopped = app.stop()
    expect(await codeOf(app.retry(letter({ id: 'b'.repeat(16) })))).toBe('SHUTTING_DOWN')
    gate.resolve()
    expect([await accepted, await stopped, written]).toEqual([{ letter: undefined }, 'graceful', [7]])
  })

  it('is finished before the sinks of a run are completed', async () => {
    const stay = deferred()
    const gate = deferred()
    const slow = defineNode({
      name: 'finish',
      consumes: Step,
      emits: [Done],
      handle: async ({ n }) => {
        await gate.promise
        return Done.of({ n })
      },
    })
    const ends: string[] = []
    const sink = defineSink({
      name: 'book',
      consumes: Done,
      open: () => ({ write: ({ n }) => void ends.push(`write ${n}`), complete: () => void ends.push('complete') }),
    })
    const app = await createRuntime({
      nodes: [steps(0, stay.promise), slow, sink],
      overlay: { adapters: { book: {}, steps: {} }, dead_letters: { path } },
    })
    open.push(app)
    const run = app.run()
    await app.start()
    const accepted = app.retry(letter())
    stay.resolve()
    gate.resolve()
    await Promise.all([accepted, run])
    expect(ends).toEqual(['write 7', 'complete'])
  })

  it('says where all is done and the letter cannot be dropped', async () => {
    const app = await started([steps(0), finish, book], { dead_letters: { path: '/dev/full' } })
    mend()
    await expect(app.retry(letter())).rejects.toThrow(
      'BACKEND_UNAVAILABLE: dead letter aaaaaaaaaaaaaaaa was sent again and all that came of it is done, but it could not be dropped; drop it before it is sent once more',
    )
    expect(written).toEqual([7])
  })
})

describe('lettersOf', () => {
  it('hands over letters with their payloads, once each, as they stood in the file when it began', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((digit) => letter({ id: digit.repeat(16) })) as [
      DeadLetter,
      DeadLetter,
      DeadLetter,
    ]
    writeFileSync(path, [c, a, 'a note', a, b].map((line) => `${JSON.stringify(line)}\n`).join(''))
    const found = lettersOf(path, [a.id, c.id, 'd'.repeat(16)])
    expect(found.next().value).toEqual(c)
    rmSync(path)
    expect([...found]).toEqual([a])
  })
})

describe('openControlLine', () => {
  it('asks several things at once, and says why there is no answer', async () => {
    const app = await started([steps(0), finish, book])
    mend()
    const server = await serveControl(app, folder)
    const line = openControlLine(findApplication(undefined, folder))
    reachable.push(line, server)
    const ask = (one: object) => line.ask('dead letter', { letter: one, timeoutMs: 5000 }, 6000)
    const [done, broken, none] = await Promise.allSettled([
      ask(letter()),
      ask(letter({ id: 'c'.repeat(16), payload: {} })),
      ask({ id: 7 }),
    ])
    expect(done).toEqual({ status: 'fulfilled', value: { letter: null } })
    expect(broken).toMatchObject({ reason: { code: 'PAYLOAD_INVALID' } })
    expect(none).toMatchObject({ reason: { code: 'CONTROL_UNAVAILABLE' } })
    await server.close()
    await expect(ask(letter({ id: 'b'.repeat(16) }))).rejects.toThrow('CONTROL_UNAVAILABLE')
  })

  it('carries a letter as large as the largest payload', async () => {
    const Text = defineMessage('retries.text', Type.Object({ text: Type.String() }))
    let length = 0
    const take = defineNode({
      name: 'take',
      consumes: Text,
      handle: ({ text }) => {
        length = text.length
      },
    })
    const texts = defineSource({ name: 'steps', emits: [Text], read: () => [] })
    const app = await started([texts, take])
    const server = await serveControl(app, folder)
    const line = openControlLine(findApplication(undefined, folder))
    reachable.push(line, server)
    const payload = { text: 'x'.repeat(1_048_000) }
    await line.ask(
      'dead letter',
      { letter: letter({ node: 'take', type: 'retries.text', payload }), timeoutMs: 5000 },
      6000,
    )
    expect(length).toBe(1_048_000)
  })
})
