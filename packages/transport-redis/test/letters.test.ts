import { afterEach, describe, expect, it } from '@jest/globals'
import { createEventEmitter, type EventName } from '@millrace/contracts'
import { redisTests } from '@millrace/redis-server'
import {
  createRedisLetterWriter,
  type LetterToKeep,
  openRedisLetters,
  type RedisLetters,
  type RedisLetterWriter,
  type RedisLetterWriterOptions,
} from '../src/index.js'
import { createStoreWorld, keyPrefix } from './store-world.js'

const world = createStoreWorld()
const open: { close(): unknown }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
  await world.end()
})

/** A writer under test. */
interface TestedWriter extends RedisLetterWriter {
  readonly heard: readonly EventName[]
  /** Resolves when an event of that name comes. */
  event(name: EventName): Promise<void>
}

async function writerTo(url: string, options: Partial<RedisLetterWriterOptions> = {}): Promise<TestedWriter> {
  const events = createEventEmitter()
  const heard: EventName[] = []
  events.subscribe(({ name }) => heard.push(name))
  const writer = await createRedisLetterWriter({
    settings: { url, keyPrefix },
    name: 'test',
    maxLetters: 100_000,
    events,
    ...options,
  })
  open.push(writer)
  return {
    add: writer.add,
    drop: writer.drop,
    close: writer.close,
    get settled() {
      return writer.settled
    },
    heard,
    event: (wanted) => new Promise((resolve) => events.subscribe(({ name }) => name === wanted && resolve())),
  }
}

async function readerOf(url: string): Promise<RedisLetters> {
  const letters = await openRedisLetters({ url, keyPrefix })
  open.push(letters)
  return letters
}

const letter = (n: number, more: Partial<LetterToKeep> = {}): LetterToKeep => ({
  id: n.toString(16).padStart(16, '0'),
  text: `letter ${n}`,
  ...more,
})

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1)

async function textsIn(letters: RedisLetters): Promise<readonly (string | undefined)[]> {
  const texts: (string | undefined)[] = []
  for await (const { text } of letters.entries()) texts.push(text)
  return texts
}

const texts = (count: number): readonly string[] => upTo(count).map((n) => `letter ${n}`)

redisTests(describe)('dead letters in Redis', () => {
  it('are kept in the order in which they were written, and found by their ids', async () => {
    const { url } = await world.start()
    const writer = await writerTo(url)
    await Promise.all(upTo(201).map((n) => writer.add(letter(n))))
    const letters = await readerOf(url)
    expect(await textsIn(letters)).toEqual(texts(201))
    expect(await letters.text(letter(7).id)).toBe('letter 7')
    expect(await letters.text('f'.repeat(16))).toBeUndefined()
    expect(letters.place).toBe(`{test}:dead-letters of the Redis at ${url}`)
  })

  it('go one by one, while others come, and leave nothing behind but a mark that expires', async () => {
    const server = await world.start()
    const writer = await writerTo(server.url)
    const letters = await readerOf(server.url)
    await Promise.all(upTo(20).map((n) => writer.add(letter(n))))
    const coming = upTo(20).map((n) => writer.add(letter(20 + n)))
    await Promise.all([
      letters.drop([letter(3).id, letter(9).id, 'f'.repeat(16)]),
      writer.drop(letter(5).id),
      ...coming,
    ])
    expect(await textsIn(letters)).toEqual(texts(40).filter((_, index) => ![2, 4, 8].includes(index)))
    await letters.drop(upTo(40).map((n) => letter(n).id))
    expect(await textsIn(letters)).toEqual([])
    const keys = server.cli('KEYS', '*').split('\n')
    expect(keys.filter((key) => !key.startsWith('{test}:dead-letters:gone:'))).toEqual(['{test}:dead-letters'])
    expect(Number(server.cli('TTL', `{test}:dead-letters:gone:${letter(3).id}`))).toBeGreaterThan(0)
  })

  it('are each there once where the answers are lost with the connection', async () => {
    const server = await world.start()
    const proxy = await world.proxy(server)
    const writer = await writerTo(proxy.url)
    const answered = proxy.swallowAnswers()
    const adding = upTo(100).map((n) => writer.add(letter(n)))
    await answered
    proxy.cutOnce()
    await Promise.all(adding)
    expect(await textsIn(await readerOf(server.url))).toEqual(texts(100))
    expect(writer.heard).toEqual(['backend.lost', 'backend.back'])
  })

  it('stay gone where one is dropped before its writer has heard that it was there', async () => {
    const server = await world.start()
    const proxy = await world.proxy(server)
    const writer = await writerTo(proxy.url)
    const letters = await readerOf(server.url)
    const answered = proxy.swallowAnswers()
    const adding = writer.add(letter(1))
    await answered
    await letters.drop([letter(1).id])
    proxy.cutOnce()
    await adding
    expect(await textsIn(letters)).toEqual([])
  })

  it('take the place of those that they replace, also where there is room for no more', async () => {
    const { url } = await world.start()
    const writer = await writerTo(url, { maxLetters: 2 })
    const letters = await readerOf(url)
    await Promise.all(upTo(2).map((n) => writer.add(letter(n))))
    await expect(writer.add(letter(3))).rejects.toThrow(
      `BACKEND_UNAVAILABLE: Redis at ${url} cannot be used, because {test}:dead-letters holds 2 dead letters, which are as many as it may; send them again or drop them, or raise dead_letters.max_letters`,
    )
    await writer.add(letter(4, { replaces: letter(1).id }))
    expect(await textsIn(letters)).toEqual(['letter 2', 'letter 4'])
    await writer.drop(letter(2).id)
    await writer.add(letter(5))
    expect(await textsIn(letters)).toEqual(['letter 4', 'letter 5'])
  })

  it('fail when Redis is away for too long, and later ones are written when it is back', async () => {
    const server = await world.start()
    const proxy = await world.proxy(server)
    const writer = await writerTo(proxy.url, { patienceMs: 400 })
    const [lost, back] = [writer.event('backend.lost'), writer.event('backend.back')]
    proxy.cut()
    await lost
    await expect(writer.add(letter(1))).rejects.toThrow(
      `BACKEND_UNAVAILABLE: Redis at ${proxy.url} cannot be used, because the connection was closed; see whether it runs`,
    )
    expect(writer.settled).toBeUndefined()
    proxy.mend()
    await back
    await writer.add(letter(2))
    expect(await textsIn(await readerOf(server.url))).toEqual(['letter 2'])
  })

  it('wait for a Redis that is killed and started again', async () => {
    const server = await world.start({ appendonly: 'yes', appendfsync: 'always' })
    const writer = await writerTo(server.url)
    await writer.add(letter(1))
    const adding = upTo(99).map((n) => writer.add(letter(n + 1)))
    await server.kill()
    adding.push(writer.add(letter(101)))
    await server.restart()
    await Promise.all(adding)
    expect(await textsIn(await readerOf(server.url))).toEqual(texts(101))
  })

  it('are refused before they fill the memory of a process whose Redis is away', async () => {
    const server = await world.start()
    const proxy = await world.proxy(server)
    const writer = await writerTo(proxy.url, { closeMs: 1 })
    const lost = writer.event('backend.lost')
    proxy.cut()
    await lost
    const text = 'x'.repeat(32 * 1024 * 1024)
    const waiting = writer.add(letter(1, { text })).catch(String)
    await expect(writer.add(letter(2, { text }))).rejects.toThrow(
      'because more than 67108864 characters of dead letters wait for it; see why it is so slow, or is not there',
    )
    await writer.close()
    expect(await waiting).toBe(
      'MillraceError: DI_CLOSED: the writer of dead letters was closed before Redis had confirmed this',
    )
  })

  it('that are on their way are there when their writer is closed', async () => {
    const { url } = await world.start()
    const writer = await writerTo(url)
    const adding = upTo(500).map((n) => writer.add(letter(n)))
    await writer.close()
    await Promise.all(adding)
    expect(await textsIn(await readerOf(url))).toEqual(texts(500))
    await expect(writer.add(letter(501))).rejects.toThrow('DI_CLOSED: ')
  })

  it('can be dropped when the memory of Redis is full and no other can be written', async () => {
    const server = await world.start()
    const writer = await writerTo(server.url)
    const letters = await readerOf(server.url)
    await Promise.all(upTo(2).map((n) => writer.add(letter(n))))
    server.cli('CONFIG', 'SET', 'maxmemory', '1')
    await expect(writer.add(letter(3))).rejects.toThrow('because its memory is full')
    await letters.drop([letter(1).id])
    await writer.drop(letter(2).id)
    expect(await textsIn(letters)).toEqual([])
    server.cli('CONFIG', 'SET', 'maxmemory', '0')
    await writer.add(letter(4))
    expect(await textsIn(letters)).toEqual(['letter 4'])
  })
})

redisTests(describe)('whoever looks after dead letters in Redis', () => {
  it('hears within a deadline that it does not answer', async () => {
    const server = await world.start()
    const letters = await openRedisLetters({ url: server.url, keyPrefix }, { deadlineMs: 2000 })
    server.pause()
    await expect(letters.text(letter(1).id)).rejects.toThrow(
      `BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because it has not answered within 2000 ms; see whether it runs`,
    )
    server.resume()
  })

  it('hears that it refuses the password', async () => {
    const { url } = await world.start({ requirepass: 'right' })
    await expect(openRedisLetters({ url, keyPrefix, password: 'wrong' })).rejects.toThrow(
      `BACKEND_UNAVAILABLE: Redis at ${url} cannot be used, because it refuses the user or the password; set the right one in the variable of password_env`,
    )
  })

  it('sees entries that are no letters', async () => {
    const server = await world.start()
    server.cli('XADD', '{test}:dead-letters', '7-1', 'else', 'something')
    const letters = await readerOf(server.url)
    const found = []
    for await (const entry of letters.entries()) found.push(entry)
    expect(found).toEqual([{ entry: '7-1', id: undefined, text: undefined }])
  })
})
