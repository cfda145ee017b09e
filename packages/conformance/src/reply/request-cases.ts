import assert from 'node:assert/strict'
import { MillraceError } from '@millrace/contracts'
import { assertSame } from '../assert-same.js'
import { assertCounters, type ReplyWaiterCase } from './reply-waiter-world.js'

const handlerThrew = () => new MillraceError('NODE_FAILED', 'a handler threw')
const secret = 'hunter2'

/** One reply for one request: the first terminal wins. */
export const requestCases: readonly ReplyWaiterCase[] = [
  {
    title: 'REPLY-01 replies return to the waiters that asked, in whatever order they come',
    async run(world) {
      const waiters = await world.open()
      const requests = Array.from({ length: 100 }, () => waiters.request())
      const order = requests
        .map((request, index) => ({ ...request, index }))
        .sort((first, second) => ((first.index * 37) % 100) - ((second.index * 37) % 100))
      for (const { ticket, index } of order) assertSame('a first reply', waiters.reply(ticket, { index }), 'delivered')
      const endings = await Promise.all(requests.map(({ reply }) => world.ending(reply)))
      assertSame(
        'the ends of the requests',
        endings,
        requests.map((_, index) => ({ payload: { index } })),
      )
      assertCounters(waiters, { opened: 100, replied: 100, in_flight: 0 })
    },
  },
  {
    title: 'REPLY-02 a timeout is REPLY_TIMEOUT, is told to onCancel once, and leaves nothing behind',
    async run(world) {
      const waiters = await world.open()
      const told: MillraceError[] = []
      const { ticket, reply } = waiters.request({ timeoutMs: 20, onCancel: (error) => told.push(error) })
      const error = await world.failure(reply, 'REPLY_TIMEOUT')
      assertSame('what onCancel hears', told, [error])
      assertSame('waits', waiters.waits(ticket), false)
      assertCounters(waiters, { timed_out: 1, in_flight: 0, tickets_open: 1 })
      waiters.end(ticket)
      assertCounters(waiters, { timed_out: 1, missing: 0, tickets_open: 0 })
    },
  },
  {
    title: 'REPLY-02 a reply in time is not timed out later, and a request without timeout waits on',
    async run(world) {
      const waiters = await world.open()
      const inTime = waiters.request({ timeoutMs: 10 })
      const endless = waiters.request()
      assertSame('a first reply', waiters.reply(inTime.ticket, 'in time'), 'delivered')
      await world.failure(waiters.request({ timeoutMs: 40 }).reply, 'REPLY_TIMEOUT')
      assertSame('the end of the request', await world.ending(inTime.reply), { payload: 'in time' })
      assertSame('waits of a request without timeout', waiters.waits(endless.ticket), true)
      assertCounters(waiters, { replied: 1, timed_out: 1, in_flight: 1 })
      assertSame('a first reply', waiters.reply(endless.ticket, 'at last'), 'delivered')
      assertSame('the end of the request', await world.ending(endless.reply), { payload: 'at last' })
    },
  },
  {
    title: 'REPLY-03 a second terminal is ignored and counted',
    async run(world) {
      const waiters = await world.open()
      const { ticket, reply } = waiters.request()
      assertSame('a first reply', waiters.reply(ticket, 'first'), 'delivered')
      assertSame('a second reply', waiters.reply(ticket, 'second'), 'duplicate')
      assertSame('a failure after the reply', waiters.fail(ticket, handlerThrew()), false)
      assertSame('the end of the request', await world.ending(reply), { payload: 'first' })
      assertCounters(waiters, { replied: 1, failed: 0, duplicate_terminal: 2, late_reply_drop: 0 })
    },
  },
  {
    title: 'REPLY-04 a cancel is REPLY_CANCELLED with its reason as cause, and is told to onCancel once',
    async run(world) {
      const waiters = await world.open()
      const told: MillraceError[] = []
      const reason = new Error('the client went away')
      const { ticket, reply } = waiters.request({ onCancel: (error) => told.push(error) })
      const failure = world.failure(reply, 'REPLY_CANCELLED')
      assertSame('a first cancel', waiters.cancel(ticket, reason), true)
      assertSame('a second cancel', waiters.cancel(ticket, reason), false)
      const error = await failure
      assertSame('the cause of the error', error.cause, reason)
      assertSame('what onCancel hears', told, [error])
      assertCounters(waiters, { cancelled: 1, in_flight: 0 })
    },
  },
  {
    title: 'REPLY-04 a signal cancels those that follow it and still wait, with its reason',
    async run(world) {
      const waiters = await world.open()
      const controller = new AbortController()
      const [first, second, third] = [1, 2, 3].map(() => waiters.request({ signal: controller.signal }))
      const other = waiters.request()
      assert.ok(first && second && third)
      waiters.reply(second.ticket, 'in time')
      const failures = [first, third].map(({ reply }) => world.failure(reply, 'REPLY_CANCELLED'))
      controller.abort('enough')
      const errors = await Promise.all(failures)
      assertSame(
        'the causes of the errors',
        errors.map((error) => error.cause),
        ['enough', 'enough'],
      )
      assertSame('waits of a request without the signal', waiters.waits(other.ticket), true)
      assertCounters(waiters, { replied: 1, cancelled: 2, in_flight: 1 })
      waiters.reply(other.ticket, 'done')
    },
  },
  {
    title: 'REPLY-04 a signal that has aborted refuses at once: there is no work to cancel',
    async run(world) {
      const waiters = await world.open()
      let told = 0
      const { ticket, reply } = waiters.request({ signal: AbortSignal.abort('too late'), onCancel: () => told++ })
      const error = await world.failure(reply, 'REPLY_CANCELLED')
      assertSame('the cause of the error', error.cause, 'too late')
      assertSame('waits', waiters.waits(ticket), false)
      assertSame('how often onCancel hears', told, 0)
      assertCounters(waiters, { opened: 1, cancelled: 1, in_flight: 0, tickets_open: 0 })
    },
  },
  {
    title: 'REPLY-05 a terminal after a cancel or a timeout is ignored and counted',
    async run(world) {
      const waiters = await world.open()
      const cancelled = waiters.request()
      const slow = waiters.request({ timeoutMs: 10 })
      const failures = [world.failure(cancelled.reply, 'REPLY_CANCELLED'), world.failure(slow.reply, 'REPLY_TIMEOUT')]
      waiters.cancel(cancelled.ticket)
      await Promise.all(failures)
      assertSame('a reply after the cancel', waiters.reply(cancelled.ticket, 'late'), 'late')
      assertSame('a reply after the timeout', waiters.reply(slow.ticket, 'late'), 'late')
      assertSame('a failure after the timeout', waiters.fail(slow.ticket, handlerThrew()), false)
      assertCounters(waiters, { replied: 0, failed: 0, late_reply_drop: 3, duplicate_terminal: 0 })
    },
  },
  {
    title: 'REPLY-07 what an error shows to others holds neither payload nor reason',
    async run(world) {
      const waiters = await world.open()
      const { ticket, reply } = waiters.request()
      const failure = world.failure(reply, 'REPLY_CANCELLED')
      waiters.cancel(ticket, new Error(secret))
      waiters.reply(ticket, secret)
      const error = await failure
      const shown = `${error.message} ${JSON.stringify(error)} ${JSON.stringify(error.facts)} ${JSON.stringify(waiters.counters())}`
      assert.ok(!shown.includes(secret), 'message, facts and JSON must not hold the reason of the cancel')
    },
  },
  {
    title: 'REPLY-08 work that ends without a reply is REPLY_MISSING at once, and after one it is nothing',
    async run(world) {
      const waiters = await world.open()
      const replied = waiters.request()
      const missing = waiters.request({ timeoutMs: 10 * world.settings.patienceMs })
      waiters.reply(replied.ticket, 'there')
      const failure = world.failure(missing.reply, 'REPLY_MISSING')
      waiters.end(replied.ticket)
      waiters.end(missing.ticket)
      await failure
      assertSame('the end of the request', await world.ending(replied.reply), { payload: 'there' })
      assertCounters(waiters, { replied: 1, missing: 1, in_flight: 0, tickets_open: 0 })
    },
  },
  {
    title: 'a failure rejects with itself, and is no cancel',
    async run(world) {
      const waiters = await world.open()
      let told = 0
      const error = handlerThrew()
      const { ticket, reply } = waiters.request({ onCancel: () => told++ })
      const ending = world.ending(reply)
      assertSame('a failure', waiters.fail(ticket, error), true)
      assertSame('the end of the request', await ending, { error })
      assertSame('how often onCancel hears', told, 0)
      assertCounters(waiters, { failed: 1, cancelled: 0, in_flight: 0 })
    },
  },
  {
    title: 'a ticket that has ended stays gone, however many are opened after it',
    async run(world) {
      const waiters = await world.open()
      const old = waiters.request()
      waiters.reply(old.ticket, 'old')
      waiters.end(old.ticket)
      const next = Array.from({ length: 50 }, () => waiters.request())
      waiters.end(old.ticket)
      assertSame('a cancel after the end', waiters.cancel(old.ticket), false)
      assertSame('a failure after the end', waiters.fail(old.ticket, handlerThrew()), false)
      assertSame('a reply after the end', waiters.reply(old.ticket, 'stray'), 'late')
      for (const { ticket } of next) assertSame('a first reply', waiters.reply(ticket, 'next'), 'delivered')
      const endings = await Promise.all(next.map(({ reply }) => world.ending(reply)))
      assertSame(
        'the ends of the requests',
        endings,
        next.map(() => ({ payload: 'next' })),
      )
      assertCounters(waiters, { late_reply_drop: 2, duplicate_terminal: 0 })
    },
  },
  {
    title: 'close fails what waits and what will ask, and forgets every ticket',
    async run(world) {
      const waiters = await world.open()
      const down = new MillraceError('SHUTTING_DOWN', 'the runtime stops')
      const replied = waiters.request()
      waiters.reply(replied.ticket, 'in time')
      const endings = [replied, waiters.request(), waiters.request({ timeoutMs: 1 })].map(({ reply }) =>
        world.ending(reply),
      )
      waiters.close(down)
      const after = waiters.request()
      endings.push(world.ending(after.reply))
      assertSame('the ends of the requests', await Promise.all(endings), [
        { payload: 'in time' },
        { error: down },
        { error: down },
        { error: down },
      ])
      assertSame('waits of a request after close', waiters.waits(after.ticket), false)
      assertSame('a reply after close', waiters.reply(replied.ticket, 'again'), 'late')
      assertCounters(waiters, { opened: 4, replied: 1, failed: 3, in_flight: 0, tickets_open: 0 })
    },
  },
]
