import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, type Facts, MillraceError, type MillraceEvent } from '@millrace/contracts'
import { manualTime } from '../test/manual-time.js'
import { createReplyWaiters, noTicket, type OpenRequest, type ReplyWaitersOptions } from './index.js'

const failed = new MillraceError('NODE_FAILED', 'a handler threw')

function recorded(options: ReplyWaitersOptions = {}) {
  const events: MillraceEvent[] = []
  const emitter = createEventEmitter()
  emitter.subscribe((event) => events.push(event))
  const told = () => events.map(({ name, facts }) => ({ name, facts }))
  return { waiters: createReplyWaiters({ ...options, events: emitter }), told }
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  )
}

describe('request and reply', () => {
  it('REPLY-01 a reply returns to the waiter that asked', async () => {
    const waiters = createReplyWaiters()
    const [first, second, third] = [waiters.request(), waiters.request(), waiters.request()]
    expect(waiters.reply(second.ticket, 'two')).toBe('delivered')
    expect(waiters.reply(third.ticket, 'three')).toBe('delivered')
    expect(waiters.reply(first.ticket, 'one')).toBe('delivered')
    expect(await Promise.all([first.reply, second.reply, third.reply])).toEqual(['one', 'two', 'three'])
    expect(waiters.waits(first.ticket)).toBe(false)
  })

  it('what is given as undefined is not given', async () => {
    const { waiters, told } = recorded()
    const absent = { timeoutMs: undefined, deadlineMs: undefined, signal: undefined, group: undefined }
    const { ticket, reply } = waiters.request(absent)
    waiters.reply(ticket, 'first')
    waiters.reply(ticket, 'second')
    expect(await reply).toBe('first')
    expect(told()).toEqual([{ name: 'reply.duplicate', facts: { terminal: 'reply' } }])
  })

  it('HANDOFF-D-01 of two terminals the first wins and duplicate_terminal is 1', async () => {
    const { waiters, told } = recorded()
    const { ticket, reply } = waiters.request({ group: 'pricing' })
    waiters.reply(ticket, 'first')
    expect(waiters.reply(ticket, 'second')).toBe('duplicate')
    expect(await reply).toBe('first')
    expect(waiters.counters()).toMatchObject({ replied: 1, duplicate_terminal: 1, late_reply_drop: 0 })
    expect(told()).toEqual([{ name: 'reply.duplicate', facts: { terminal: 'reply', group: 'pricing' } }])
  })

  it('HANDOFF-D-02 a terminal without a waiter is dropped and late_reply_drop is 1', () => {
    const { waiters, told } = recorded()
    expect(waiters.reply(12_345, 'nobody asked')).toBe('late')
    expect(waiters.counters()).toMatchObject({ opened: 0, late_reply_drop: 1, duplicate_terminal: 0 })
    expect(told()).toEqual([{ name: 'reply.late', facts: { terminal: 'reply' } }])
  })

  it('REPLY-03 a failure after the reply is a second terminal: ignored and counted', async () => {
    const waiters = createReplyWaiters()
    const { ticket, reply } = waiters.request()
    waiters.reply(ticket, 'first')
    expect(waiters.fail(ticket, failed)).toBe(false)
    waiters.end(ticket)
    expect(await reply).toBe('first')
    expect(waiters.counters()).toMatchObject({ replied: 1, failed: 0, duplicate_terminal: 1, tickets_open: 0 })
  })

  it('a failure rejects with itself; what comes after it is late', async () => {
    const waiters = createReplyWaiters()
    const { ticket, reply } = waiters.request()
    const error = failure(reply)
    expect(waiters.fail(ticket, failed)).toBe(true)
    expect(waiters.reply(ticket, 'late')).toBe('late')
    expect(await error).toBe(failed)
    expect(waiters.counters()).toMatchObject({ failed: 1, replied: 0, late_reply_drop: 1 })
  })

  it('REPLY-08 a root whose work ends without a reply is REPLY_MISSING at once', async () => {
    const time = manualTime()
    const { waiters, told } = recorded(time)
    const { ticket, reply } = waiters.request({ timeoutMs: 60_000, group: 'pricing' })
    waiters.end(ticket)
    expect(await failure(reply)).toMatchObject({
      code: 'REPLY_MISSING',
      message:
        'REPLY_MISSING: all work of the request has ended and none of it replied; see that some handler on every way emits the reply type',
      facts: { group: 'pricing' },
    })
    expect(waiters.counters()).toMatchObject({ missing: 1, in_flight: 0, tickets_open: 0 })
    expect(time.held()).toBe(0)
    expect(told()).toEqual([{ name: 'request.missing', facts: { group: 'pricing' } }])
  })

  it('its events name the trace of whoever asked, and nobody is asked for it before', async () => {
    const time = manualTime()
    const { waiters, told } = recorded(time)
    let asked = 0
    const traced = {
      get traceId() {
        asked++
        return 'a'.repeat(32)
      },
    }
    const [replied, silent, late] = [1, 2, 3].map(() => waiters.request({ traced, timeoutMs: 50 })) as [
      OpenRequest,
      OpenRequest,
      OpenRequest,
    ]
    waiters.reply(replied.ticket, 'first')
    expect(asked).toBe(0)
    const failures = [failure(silent.reply), failure(late.reply)]
    waiters.reply(replied.ticket, 'second')
    waiters.end(silent.ticket)
    time.advance(50)
    waiters.reply(late.ticket, 'late')
    waiters.request({ traced, signal: AbortSignal.abort() }).reply.catch(() => undefined)
    await Promise.all(failures)
    expect(told().map(({ name, facts }) => [name, facts.trace])).toEqual([
      ['reply.duplicate', 'a'.repeat(32)],
      ['request.missing', 'a'.repeat(32)],
      ['request.timeout', 'a'.repeat(32)],
      ['reply.late', 'a'.repeat(32)],
      ['request.cancelled', 'a'.repeat(32)],
    ])
  })

  it('a ticket that is gone stays gone when its slot is used again', async () => {
    const waiters = createReplyWaiters()
    const old = waiters.request()
    waiters.reply(old.ticket, 'old')
    waiters.end(old.ticket)
    const next = waiters.request()
    waiters.end(old.ticket)
    expect(waiters.reply(old.ticket, 'stray')).toBe('late')
    expect(waiters.cancel(old.ticket)).toBe(false)
    expect(waiters.reply(next.ticket, 'next')).toBe('delivered')
    expect(await next.reply).toBe('next')
  })
})

describe('deadlines', () => {
  it('REPLY-02 a timeout is REPLY_TIMEOUT and leaves nothing behind', async () => {
    const time = manualTime()
    const { waiters, told } = recorded(time)
    const cancelled: MillraceError[] = []
    const { ticket, reply } = waiters.request({
      timeoutMs: 50,
      group: 'features',
      onCancel: (error) => cancelled.push(error),
    })
    const error = failure(reply)
    time.advance(49)
    expect(waiters.waits(ticket)).toBe(true)
    time.advance(1)
    expect(await error).toMatchObject({
      code: 'REPLY_TIMEOUT',
      message:
        'REPLY_TIMEOUT: no reply came from group features within 50 ms; allow more time, or see what its handlers wait for',
      facts: { timeoutMs: 50, group: 'features' },
    })
    expect(cancelled).toEqual([await error])
    expect(waiters.counters()).toMatchObject({ timed_out: 1, in_flight: 0 })
    expect(time.armed()).toBe(0)
    waiters.end(ticket)
    expect(waiters.counters().tickets_open).toBe(0)
    expect(told()).toEqual([{ name: 'request.timeout', facts: { timeoutMs: 50, group: 'features' } }])
  })

  it('HANDOFF-04 whoever has the work may say so for a while after the deadline, before the caller hears', async () => {
    const time = manualTime()
    const { waiters, told } = recorded(time)
    const cancelled: MillraceError[] = []
    const ask = () =>
      waiters.request({
        timeoutMs: 50,
        group: 'features',
        onDeadline: () => 20,
        onCancel: (error) => cancelled.push(error),
      })
    const named = ask()
    const unnamed = ask()
    const silent = ask()
    const ended = ask()
    const replied = ask()
    const crashed = ask()
    const errors = Promise.all([named, unnamed, silent, ended].map(({ reply }) => failure(reply)))
    const crash = failure(crashed.reply)
    time.advance(60)
    const overdue = (facts: Facts) => new MillraceError('REPLY_TIMEOUT', 'so says a worker', { facts })
    expect(waiters.fail(named.ticket, overdue({ group: 'ingest', worker: 'ingest#1' }))).toBe(false)
    expect(waiters.fail(unnamed.ticket, overdue({}))).toBe(false)
    expect(waiters.reply(replied.ticket, 'just in time')).toBe('delivered')
    expect(waiters.fail(crashed.ticket, new MillraceError('WORKER_CRASHED', 'it died'))).toBe(true)
    waiters.end(ended.ticket)
    expect(waiters.waits(silent.ticket)).toBe(true)
    time.advance(20)
    expect(await errors).toMatchObject([
      { code: 'REPLY_TIMEOUT', facts: { timeoutMs: 50, group: 'ingest' } },
      { code: 'REPLY_TIMEOUT', facts: { timeoutMs: 50, group: 'features' } },
      { code: 'REPLY_TIMEOUT', facts: { timeoutMs: 50, group: 'features' } },
      { code: 'REPLY_TIMEOUT', facts: { timeoutMs: 50, group: 'features' } },
    ])
    expect(await replied.reply).toBe('just in time')
    expect(await crash).toMatchObject({ code: 'WORKER_CRASHED' })
    expect(new Set(cancelled)).toEqual(new Set(await errors))
    expect(waiters.counters()).toMatchObject({ timed_out: 4, replied: 1, failed: 1, missing: 0, in_flight: 0 })
    expect(told().filter(({ name }) => name === 'request.timeout')).toHaveLength(4)
  })

  it('a deadline after which nobody is to be asked ends the wait at once, as does what ends while it passes', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const alone = waiters.request({ timeoutMs: 50, onDeadline: () => 0 })
    const ending = waiters.request({
      timeoutMs: 50,
      onDeadline() {
        waiters.end(ending.ticket)
        return 20
      },
    })
    const errors = Promise.all([alone, ending].map(({ reply }) => failure(reply)))
    time.advance(55)
    expect(await errors).toMatchObject([{ code: 'REPLY_TIMEOUT' }, { code: 'REPLY_TIMEOUT' }])
    expect(waiters.counters()).toMatchObject({ timed_out: 2, in_flight: 0 })
  })

  it('REPLY-02 with the real clock a deadline is never early', async () => {
    const waiters = createReplyWaiters()
    const before = performance.now()
    const error = await failure(waiters.request({ timeoutMs: 20 }).reply)
    expect(performance.now() - before).toBeGreaterThanOrEqual(20)
    expect(error).toMatchObject({ code: 'REPLY_TIMEOUT' })
    expect(waiters.counters()).toMatchObject({ timed_out: 1, in_flight: 0 })
  })

  it('the earlier of timeout and deadline counts', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    time.advance(1_000)
    const byDeadline = waiters.request({ timeoutMs: 500, deadlineMs: 1_100 })
    const byTimeout = waiters.request({ timeoutMs: 200, deadlineMs: 9_000 })
    const errors = Promise.all([byDeadline, byTimeout].map(({ reply }) => failure(reply)))
    time.advance(105)
    expect([byDeadline, byTimeout].map(({ ticket }) => waiters.waits(ticket))).toEqual([false, true])
    time.advance(100)
    expect(await errors).toMatchObject([{ facts: { timeoutMs: 100 } }, { facts: { timeoutMs: 200 } }])
  })

  it('a deadline that has passed refuses at once', async () => {
    const time = manualTime()
    const { waiters, told } = recorded(time)
    time.advance(10)
    const onCancel = () => {
      throw new Error('no work was begun')
    }
    const { ticket, reply } = waiters.request({ deadlineMs: 10, onCancel })
    expect(ticket).toBe(noTicket)
    expect(await failure(reply)).toMatchObject({ code: 'REPLY_TIMEOUT', facts: { timeoutMs: 0 } })
    expect(waiters.counters()).toMatchObject({ opened: 1, timed_out: 1, in_flight: 0, tickets_open: 0 })
    expect(told()).toEqual([{ name: 'request.timeout', facts: { timeoutMs: 0 } }])
  })

  it('one timer serves all, and a new earlier deadline is not missed', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const opened = [1_000, 100, 100.5, 30_000, 50].map((timeoutMs) => waiters.request({ timeoutMs }))
    const errors = Promise.all(opened.map(({ reply }) => failure(reply)))
    const waiting = () => opened.map(({ ticket }) => waiters.waits(ticket))
    expect(time.armed()).toBe(1)
    time.advance(55)
    expect(waiting()).toEqual([true, true, true, true, false])
    time.advance(50.5)
    expect(waiting()).toEqual([true, false, false, true, false])
    time.advance(30_000)
    expect(waiting()).toEqual([false, false, false, false, false])
    expect(time.armed()).toBe(0)
    expect((await errors).map((error) => (error as MillraceError).facts.timeoutMs)).toEqual([
      1_000, 100, 101, 30_000, 50,
    ])
  })

  it('a deadline that no longer matters wakes nobody', () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const endless = waiters.request()
    const replied = waiters.request({ timeoutMs: 10 })
    waiters.reply(replied.ticket, 1)
    expect(time.advance(10_000)).toBe(1)
    waiters.reply(endless.ticket, 1)
    expect(waiters.counters()).toMatchObject({ replied: 2, timed_out: 0, tickets_open: 2 })
  })

  it('the process is kept alive while someone waits, with or without a deadline', () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const endless = waiters.request()
    expect(time.held()).toBe(1)
    const limited = waiters.request({ timeoutMs: 1_000 })
    waiters.reply(endless.ticket, 1)
    expect(time.held()).toBe(1)
    waiters.reply(limited.ticket, 1)
    expect(time.held()).toBe(0)
    waiters.request()
    expect(time.held()).toBe(1)
  })

  it.each([0, -1, Number.NaN])('refuses a timeout of %p ms', (timeoutMs) => {
    const waiters = createReplyWaiters()
    expect(() => waiters.request({ timeoutMs })).toThrow(RangeError)
    expect(() => waiters.request({ deadlineMs: Number.NaN })).toThrow(RangeError)
    expect(() => waiters.stream({ progressTimeoutMs: timeoutMs })).toThrow(RangeError)
    expect(waiters.counters()).toMatchObject({ opened: 0, tickets_open: 0 })
  })
})

describe('cancel', () => {
  it('REPLY-04 a cancel is REPLY_CANCELLED, its reason is the cause', async () => {
    const { waiters, told } = recorded()
    const cancelled: MillraceError[] = []
    const { ticket, reply } = waiters.request({ onCancel: (error) => cancelled.push(error) })
    const reason = new Error('the client went away')
    expect(waiters.cancel(ticket, reason)).toBe(true)
    expect(waiters.cancel(ticket, reason)).toBe(false)
    const error = await failure(reply)
    expect(error).toMatchObject({
      code: 'REPLY_CANCELLED',
      message: 'REPLY_CANCELLED: the request was cancelled by its caller; the reason is its cause',
      facts: {},
    })
    expect((error as MillraceError).cause).toBe(reason)
    expect(cancelled).toEqual([error])
    expect(told()).toEqual([{ name: 'request.cancelled', facts: {} }])
  })

  it('REPLY-04 a signal that aborts cancels with its reason', async () => {
    const waiters = createReplyWaiters()
    const controller = new AbortController()
    const replies = [1, 2, 3].map(() => waiters.request({ signal: controller.signal }))
    const errors = Promise.all(replies.map(({ reply }) => failure(reply)))
    waiters.reply(replies[1]?.ticket ?? noTicket, 'in time')
    const reason = { why: 'enough' }
    controller.abort(reason)
    const [first, second, third] = await errors
    expect([first, third].map((error) => (error as MillraceError).cause)).toEqual([reason, reason])
    expect(second).toBe('no failure')
    expect(waiters.counters()).toMatchObject({ opened: 3, replied: 1, cancelled: 2, in_flight: 0 })
  })

  it('REPLY-04 a signal that has aborted refuses at once', async () => {
    const waiters = createReplyWaiters()
    const { ticket, reply } = waiters.request({ signal: AbortSignal.abort('too late') })
    const error = await failure(reply)
    expect(ticket).toBe(noTicket)
    expect(error).toMatchObject({ code: 'REPLY_CANCELLED' })
    expect((error as MillraceError).cause).toBe('too late')
    expect(waiters.counters()).toMatchObject({ opened: 1, cancelled: 1, in_flight: 0, tickets_open: 0 })
  })

  it('a signal has one listener whatever follows it, and none when all is over', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const { signal } = new AbortController()
    const log: string[] = []
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      log.push('add')
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      log.push('remove')
      remove(...args)
    }
    const opened = [1, 2, 3, 4, 5].map(() => waiters.request({ signal, timeoutMs: 10 }))
    const [first, second, third, fourth] = opened.map(({ ticket }) => ticket)
    const errors = Promise.all(opened.map(({ reply }) => failure(reply)))
    waiters.reply(first ?? noTicket, 1)
    waiters.fail(second ?? noTicket, failed)
    waiters.cancel(third ?? noTicket)
    waiters.end(fourth ?? noTicket)
    expect(log).toEqual(['add'])
    time.advance(10)
    expect(log).toEqual(['add', 'remove'])
    await errors
  })

  it('REPLY-05 a terminal after a cancel or a timeout is ignored and counted', async () => {
    const time = manualTime()
    const { waiters, told } = recorded(time)
    const [first, second] = [waiters.request(), waiters.request({ timeoutMs: 10 })]
    const errors = Promise.all([failure(first.reply), failure(second.reply)])
    waiters.cancel(first.ticket)
    time.advance(10)
    expect(waiters.reply(first.ticket, 'late')).toBe('late')
    expect(waiters.fail(second.ticket, failed)).toBe(false)
    expect(await errors).toMatchObject([{ code: 'REPLY_CANCELLED' }, { code: 'REPLY_TIMEOUT' }])
    expect(waiters.counters()).toMatchObject({ cancelled: 1, timed_out: 1, replied: 0, failed: 0, late_reply_drop: 2 })
    expect(told().filter(({ name }) => name === 'reply.late')).toEqual([
      { name: 'reply.late', facts: { terminal: 'reply' } },
      { name: 'reply.late', facts: { terminal: 'failure' } },
    ])
  })
})

describe('the whole', () => {
  it('REPLY-06 in a mixed run every counter is exact', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const controller = new AbortController()
    const open = (count: number, options = {}) => Array.from({ length: count }, () => waiters.request(options))
    const groups = {
      replied: open(7),
      twice: open(5),
      missing: open(4),
      timedOut: open(6, { timeoutMs: 20 }),
      cancelled: open(3),
      aborted: open(2, { signal: controller.signal }),
      failed: open(8),
      waiting: open(9, { timeoutMs: 1_000 }),
    }
    const stream = waiters.stream()
    const outcomes = Promise.all(Object.values(groups).flatMap((group) => group.map(({ reply }) => failure(reply))))
    const each = (group: keyof typeof groups, act: (ticket: number) => unknown) =>
      groups[group].map(({ ticket }) => act(ticket))
    each('replied', (ticket) => waiters.reply(ticket, 1))
    each('twice', (ticket) => [waiters.reply(ticket, 1), waiters.reply(ticket, 2)])
    each('missing', (ticket) => waiters.end(ticket))
    time.advance(20)
    each('timedOut', (ticket) => waiters.reply(ticket, 1))
    each('cancelled', (ticket) => waiters.cancel(ticket))
    controller.abort()
    each('failed', (ticket) => waiters.fail(ticket, failed))
    await stream.items[Symbol.asyncIterator]().return?.()
    expect(waiters.counters()).toEqual({
      opened: 45,
      in_flight: 9,
      streams_open: 0,
      replied: 12,
      completed: 0,
      missing: 4,
      timed_out: 6,
      cancelled: 6,
      failed: 8,
      tickets_open: 41,
      duplicate_terminal: 5,
      late_reply_drop: 6,
    })
    waiters.close(new MillraceError('SHUTTING_DOWN', 'the runtime stops'))
    await outcomes
    expect(waiters.counters()).toMatchObject({ in_flight: 0, failed: 17, tickets_open: 0 })
  })

  it('REPLY-07 diagnostics hold no payload, reason or error text', async () => {
    const time = manualTime()
    const { waiters, told } = recorded(time)
    const secret = 'hunter2'
    const controller = new AbortController()
    const [twice, late, broken, slow] = [1, 2, 3, 4].map((seconds) => waiters.request({ timeoutMs: seconds * 1_000 }))
    const gone = waiters.request({ signal: controller.signal })
    const errors = Promise.all([late, broken, gone, slow].map((open) => failure(open?.reply ?? Promise.resolve())))
    const ticketOf = (open: { ticket: number } | undefined) => open?.ticket ?? noTicket
    waiters.reply(ticketOf(twice), secret)
    waiters.reply(ticketOf(twice), secret)
    waiters.cancel(ticketOf(late), new Error(secret))
    waiters.reply(ticketOf(late), secret)
    waiters.fail(ticketOf(broken), new MillraceError('NODE_FAILED', 'a handler threw', { cause: new Error(secret) }))
    waiters.fail(ticketOf(broken), new MillraceError('NODE_FAILED', secret))
    controller.abort(secret)
    const stream = waiters.stream()
    void waiters.item(stream.ticket, secret)
    time.advance(10_000)
    const [cancelled, , aborted, timedOut] = await errors
    const diagnostics = [told(), waiters.counters(), waiters, stream, cancelled, aborted, timedOut]
    const shown = diagnostics.flatMap((value) => [inspect(value, { depth: 9 }), JSON.stringify(value), String(value)])
    expect(told().map(({ name }) => name)).toEqual([
      'reply.duplicate',
      'request.cancelled',
      'reply.late',
      'reply.late',
      'request.cancelled',
      'request.timeout',
    ])
    expect(shown.filter((text) => text.includes(secret))).toEqual([])
    expect([cancelled, aborted].map((error) => inspect((error as MillraceError).cause))).toEqual([
      expect.stringContaining(secret),
      expect.stringContaining(secret),
    ])
  })

  it('close fails what waits and what will ask', async () => {
    const time = manualTime()
    const waiters = createReplyWaiters(time)
    const down = new MillraceError('SHUTTING_DOWN', 'the runtime stops')
    const open = waiters.request({ timeoutMs: 10 })
    const stream = waiters.stream({ progressTimeoutMs: 10 })
    const replied = waiters.request()
    waiters.reply(replied.ticket, 1)
    const errors = Promise.all([open.reply, stream.items[Symbol.asyncIterator]().next()].map(failure))
    waiters.close(down)
    const after = waiters.request()
    expect(after.ticket).toBe(noTicket)
    expect([...(await errors), await failure(after.reply)]).toEqual([down, down, down])
    expect(waiters.reply(replied.ticket, 2)).toBe('late')
    expect(waiters.counters()).toMatchObject({ opened: 4, replied: 1, failed: 3, in_flight: 0, tickets_open: 0 })
    expect(time.armed()).toBe(0)
  })

  it('requests and streams are not taken for each other', () => {
    const waiters = createReplyWaiters()
    const { ticket } = waiters.request()
    expect(() => waiters.item(ticket, 1)).toThrow(TypeError)
    const stream = waiters.stream()
    expect(() => waiters.reply(stream.ticket, 1)).toThrow(TypeError)
    waiters.reply(ticket, 1)
    waiters.end(stream.ticket)
  })
})
