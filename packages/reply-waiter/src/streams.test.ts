import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
import { manualTime } from '../test/manual-time.js'
import { createReplyWaiters, noTicket } from './index.js'

const failed = new MillraceError('NODE_FAILED', 'a handler threw')

/** Reads to the end; an error is the last entry. */
async function readAll(items: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const read: unknown[] = []
  try {
    for await (const item of items) read.push(item)
  } catch (error) {
    read.push(error)
  }
  return read
}

/** Tells whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown> | undefined): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}

describe('a stream', () => {
  it('gives the items in order and ends after them', async () => {
    const waiters = createReplyWaiters()
    const { ticket, items } = waiters.stream()
    const waits = [1, 2, 3].map((item) => waiters.item(ticket, item))
    waiters.end(ticket)
    await Promise.all(waits)
    expect(await readAll(items)).toEqual([1, 2, 3])
    expect(await readAll(items)).toEqual([])
    expect(waiters.counters()).toMatchObject({ opened: 1, completed: 1, missing: 0, in_flight: 0, streams_open: 0 })
  })

  it('tells its writer when the reader has taken each item', async () => {
    const waiters = createReplyWaiters()
    const { ticket, items } = waiters.stream()
    const reader = items[Symbol.asyncIterator]()
    const [first, second] = [waiters.item(ticket, 1), waiters.item(ticket, 2)]
    expect(await isSettled(first)).toBe(false)
    expect(await reader.next()).toEqual({ value: 1, done: false })
    expect(await isSettled(first)).toBe(true)
    expect(await isSettled(second)).toBe(false)
    await reader.next()
    const third = reader.next()
    expect(waiters.item(ticket, 3)).toBeUndefined()
    expect(await third).toEqual({ value: 3, done: false })
    waiters.end(ticket)
  })

  it('throws a failure after the items before it, once', async () => {
    const waiters = createReplyWaiters()
    const { ticket, items } = waiters.stream()
    const wait = waiters.item(ticket, 1)
    expect(waiters.fail(ticket, failed)).toBe(true)
    expect(waiters.item(ticket, 2)).toBeUndefined()
    await wait
    expect(await readAll(items)).toEqual([1, failed])
    expect(await readAll(items)).toEqual([])
    expect(waiters.counters()).toMatchObject({ failed: 1, late_reply_drop: 1, streams_open: 0, tickets_open: 1 })
  })

  it('is cancelled by a reader that breaks off, which lets its writer go', async () => {
    const waiters = createReplyWaiters()
    const cancelled: unknown[] = []
    const { ticket, items } = waiters.stream({ onCancel: ({ code }) => cancelled.push(code) })
    const waits = [1, 2, 3].map((item) => waiters.item(ticket, item))
    for await (const _ of items) break
    await Promise.all(waits)
    expect(cancelled).toEqual(['REPLY_CANCELLED'])
    expect(waiters.item(ticket, 4)).toBeUndefined()
    expect(await readAll(items)).toEqual([])
    expect(waiters.counters()).toMatchObject({ cancelled: 1, late_reply_drop: 1, in_flight: 0 })
  })

  it('that has ended is not cancelled by a reader that breaks off', async () => {
    const waiters = createReplyWaiters()
    const { ticket, items } = waiters.stream()
    void waiters.item(ticket, 1)
    void waiters.item(ticket, 2)
    waiters.fail(ticket, failed)
    for await (const _ of items) break
    expect(await readAll(items)).toEqual([])
    expect(waiters.counters()).toMatchObject({ cancelled: 0, failed: 1 })
  })

  it('is cancelled by its signal at once, and gives up what waits', async () => {
    const waiters = createReplyWaiters()
    const controller = new AbortController()
    const { ticket, items } = waiters.stream({ signal: controller.signal })
    const wait = waiters.item(ticket, 1)
    controller.abort()
    await wait
    expect(await readAll(items)).toEqual([
      expect.objectContaining({
        code: 'REPLY_CANCELLED',
        message: 'REPLY_CANCELLED: the stream was cancelled by its caller; the reason is its cause',
      }),
    ])
  })

  it('is refused at once by a signal that has aborted', async () => {
    const waiters = createReplyWaiters()
    const { ticket, items } = waiters.stream({ signal: AbortSignal.abort() })
    expect(ticket).toBe(noTicket)
    expect(await readAll(items)).toEqual([expect.objectContaining({ code: 'REPLY_CANCELLED' })])
    expect(waiters.counters()).toMatchObject({ opened: 1, cancelled: 1, streams_open: 0, tickets_open: 0 })
  })

  it('serves several readers of one iterator in the order in which they asked', async () => {
    const waiters = createReplyWaiters()
    const { ticket, items } = waiters.stream()
    const reader = items[Symbol.asyncIterator]()
    const asked = [reader.next(), reader.next(), reader.next(), reader.next()]
    expect(waiters.item(ticket, 1)).toBeUndefined()
    waiters.fail(ticket, failed)
    expect(await Promise.allSettled(asked)).toEqual([
      { status: 'fulfilled', value: { value: 1, done: false } },
      { status: 'rejected', reason: failed },
      { status: 'fulfilled', value: { value: undefined, done: true } },
      { status: 'fulfilled', value: { value: undefined, done: true } },
    ])
  })
})

describe('the progress timeout of a stream', () => {
  const timeout = expect.objectContaining({
    code: 'REPLY_TIMEOUT',
    message:
      'REPLY_TIMEOUT: the stream made no progress for 100 ms; read faster, allow more time, or see what its handlers wait for',
    facts: { timeoutMs: 100 },
  })

  it('passes when no item comes', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const { ticket, items } = waiters.stream({ progressTimeoutMs: 100 })
    const read = readAll(items)
    time.advance(90)
    void waiters.item(ticket, 1)
    time.advance(99)
    expect(waiters.waits(ticket)).toBe(true)
    time.advance(6)
    expect(waiters.waits(ticket)).toBe(false)
    expect(await read).toEqual([1, timeout])
    expect(waiters.counters()).toMatchObject({ timed_out: 1, streams_open: 0 })
  })

  it('passes when no item is taken, however many come', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const { ticket, items } = waiters.stream({ progressTimeoutMs: 100 })
    time.advance(50)
    const waits = [waiters.item(ticket, 1)]
    time.advance(60)
    waits.push(waiters.item(ticket, 2))
    time.advance(39)
    expect(waiters.waits(ticket)).toBe(true)
    time.advance(6)
    expect(waiters.waits(ticket)).toBe(false)
    await Promise.all(waits)
    expect(await readAll(items)).toEqual([timeout])
  })

  it('does not pass while both sides keep going', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const { ticket, items } = waiters.stream({ progressTimeoutMs: 100 })
    const reader = items[Symbol.asyncIterator]()
    const turn = async (item: number) => {
      time.advance(80)
      void waiters.item(ticket, item)
      time.advance(80)
      return (await reader.next()).value
    }
    expect([await turn(1), await turn(2), await turn(3)]).toEqual([1, 2, 3])
    waiters.end(ticket)
    time.advance(1_000)
    expect(await readAll(items)).toEqual([])
    expect(waiters.counters()).toMatchObject({ completed: 1, timed_out: 0 })
    expect(time.held()).toBe(0)
  })
})
