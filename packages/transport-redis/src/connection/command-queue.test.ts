import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ErrorReply } from '@redis/client'
import { CommandQueue, type CommandQueueParts } from './command-queue.js'
import type { RedisClient } from './open-redis.js'

/** A connection that the test answers for. */
class Connection {
  readonly client: RedisClient
  readonly said: string[] = []
  readonly #waiting: { resolve(answer: unknown): void; reject(thrown: unknown): void }[] = []

  constructor() {
    // The queue hands it on, and nothing more.
    this.client = this as unknown as RedisClient
  }

  say(command: string): Promise<unknown> {
    this.said.push(command)
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  async answer(answer: unknown): Promise<void> {
    this.#waiting.shift()?.resolve(answer)
    await turn()
  }

  async refuse(thrown: unknown): Promise<void> {
    this.#waiting.shift()?.reject(thrown)
    await turn()
  }
}

let heard: string[]
let queue: CommandQueue<string>
let tellFailed: () => void = () => undefined

function queueWith(more: Partial<CommandQueueParts<string>> = {}): CommandQueue<string> {
  return new CommandQueue<string>({
    answerMs: 10_000,
    send: (client, command) => (client as unknown as Connection).say(command),
    judge: (command, answer) => heard.push(`${command}: ${answer}`),
    failed(_client, { why }) {
      heard.push(why)
      tellFailed()
    },
    ...more,
  })
}

beforeEach(() => {
  heard = []
  queue = queueWith()
})

afterEach(() => queue.pause())

describe('CommandQueue', () => {
  it('says each command at once, and judges the answers in their order', async () => {
    const one = new Connection()
    queue.begin(one.client)
    for (const command of ['a', 'b', 'c']) queue.add(command)
    expect(one.said).toEqual(['a', 'b', 'c'])
    await one.answer(1)
    await one.answer(2)
    expect(heard).toEqual(['a: 1', 'b: 2'])
    expect([...queue.kept]).toEqual(['c'])
  })

  it('says on a new connection what was not answered, and hears nothing of the old one any more', async () => {
    const [one, two] = [new Connection(), new Connection()]
    queue.begin(one.client)
    for (const command of ['a', 'b']) queue.add(command)
    await one.answer(1)
    queue.pause()
    queue.add('c')
    await one.answer('late')
    expect(one.said).toEqual(['a', 'b'])
    queue.begin(two.client)
    expect(two.said).toEqual(['b', 'c'])
    await two.answer(2)
    await two.answer(3)
    expect(heard).toEqual(['a: 1', 'b: 2', 'c: 3'])
  })

  it('says when nothing is kept any more', async () => {
    const one = new Connection()
    expect(queue.emptied).toBeUndefined()
    queue.add('a')
    queue.add('b')
    const emptied = queue.emptied?.then(() => heard.push('empty'))
    queue.begin(one.client)
    await one.answer(1)
    expect(queue.forget('b')).toBe(true)
    await emptied
    expect(heard).toEqual(['a: 1', 'empty'])
    expect(queue.forget('b')).toBe(false)
    expect(queue.emptied).toBeUndefined()
  })

  it('judges no answer to what was forgotten', async () => {
    const one = new Connection()
    queue.begin(one.client)
    queue.add('a')
    queue.forget('a')
    await one.answer(1)
    expect(heard).toEqual([])
  })

  it('tells that a connection has failed, and who is refused where that matters', async () => {
    const one = new Connection()
    const full = new ErrorReply('OOM command not allowed')
    queue.begin(one.client)
    queue.add('a')
    await one.refuse(full)
    const picky = queueWith({ refused: (command) => heard.push(`${command} is refused`) })
    picky.begin(one.client)
    picky.add('b')
    await one.refuse(full)
    picky.add('c')
    await one.refuse(new ErrorReply('LOADING'))
    picky.pause()
    expect(heard).toEqual([
      'its memory is full: it holds as much as its maxmemory allows',
      'b is refused',
      'it is still loading its data',
    ])
  })

  it('tells that nothing is answered, from the first that waits and the last answer on', async () => {
    const answerMs = 60
    queue = queueWith({ answerMs })
    const one = new Connection()
    queue.begin(one.client)
    await pause(2 * answerMs)
    expect(heard).toEqual([])
    const began = performance.now()
    const failed = new Promise<void>((resolve) => {
      tellFailed = resolve
    })
    queue.add('a')
    queue.add('b')
    await pause(answerMs / 2)
    await one.answer(1)
    await failed
    expect(heard).toEqual(['a: 1', `it has not answered within ${answerMs} ms`])
    expect(performance.now() - began).toBeGreaterThan(1.4 * answerMs)
  })
})
