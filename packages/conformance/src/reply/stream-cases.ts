import assert from 'node:assert/strict'
import { MillraceError } from '@millrace/contracts'
import { assertSame } from '../assert-same.js'
import { within } from '../within.js'
import { assertCode, assertCounters, type ReplyWaiterCase, type ReplyWaiterWorld } from './reply-waiter-world.js'

/** Any number of items for one reader, who sets the pace. */
export const streamCases: readonly ReplyWaiterCase[] = [
  {
    title: 'a stream gives its items in order and ends after them',
    async run(world) {
      const waiters = await world.open()
      const { ticket, items } = waiters.stream()
      for (let item = 0; item < 20; item++) void waiters.item(ticket, item)
      waiters.end(ticket)
      assertSame(
        'what the reader gets',
        await readAll(world, items),
        Array.from({ length: 20 }, (_, item) => item),
      )
      assertCounters(waiters, { opened: 1, completed: 1, missing: 0, in_flight: 0, streams_open: 0, tickets_open: 0 })
    },
  },
  {
    title: 'a stream tells its writer when the reader has taken an item',
    async run(world) {
      const waiters = await world.open()
      const { ticket, items } = waiters.stream()
      const reader = items[Symbol.asyncIterator]()
      let taken = 0
      const waits = [1, 2].map((item) => waiters.item(ticket, item)?.then(() => taken++))
      assert.ok(
        waits.every((wait) => wait !== undefined),
        'an item that nobody reads yet must give its writer something to wait for',
      )
      await world.ending(Promise.resolve())
      assertSame('how many items were told as taken before anyone read', taken, 0)
      await world.ending(reader.next())
      await world.ending(Promise.resolve(waits[0]))
      assertSame('how many items were told as taken', taken, 1)
      await world.ending(reader.next())
      await world.ending(Promise.resolve(waits[1]))
      const third = reader.next()
      assertSame('what a writer waits for when the reader is there', waiters.item(ticket, 3), undefined)
      assertSame('what the reader gets', await world.ending(third), { payload: { value: 3, done: false } })
      waiters.end(ticket)
    },
  },
  {
    title: 'a stream throws a failure after the items that came before it',
    async run(world) {
      const waiters = await world.open()
      const error = new MillraceError('NODE_FAILED', 'a handler threw')
      const { ticket, items } = waiters.stream()
      const wait = waiters.item(ticket, 1)
      assertSame('a failure', waiters.fail(ticket, error), true)
      void waiters.item(ticket, 2)
      assertSame('what the reader gets', await readAll(world, items), [1, error])
      await world.ending(Promise.resolve(wait))
      assertCounters(waiters, { failed: 1, late_reply_drop: 1, streams_open: 0 })
    },
  },
  {
    title: 'a reader that breaks off cancels its stream and lets the writer go',
    async run(world) {
      const waiters = await world.open()
      const told: MillraceError[] = []
      const { ticket, items } = waiters.stream({ onCancel: (error) => told.push(error) })
      const waits = [1, 2, 3].map((item) => waiters.item(ticket, item))
      await world.ending(readFirst(items))
      await world.ending(Promise.all(waits))
      assertSame('waits', waiters.waits(ticket), false)
      assertSame(
        'what onCancel hears',
        told.map(({ code }) => code),
        ['REPLY_CANCELLED'],
      )
      assertSame('what a writer waits for after the end', waiters.item(ticket, 4), undefined)
      assertCounters(waiters, { cancelled: 1, late_reply_drop: 1, in_flight: 0, streams_open: 0 })
    },
  },
  {
    title: 'a signal cancels a stream and lets the writer go',
    async run(world) {
      const waiters = await world.open()
      const controller = new AbortController()
      const { ticket, items } = waiters.stream({ signal: controller.signal })
      const wait = waiters.item(ticket, 1)
      controller.abort('enough')
      await world.ending(Promise.resolve(wait))
      const [error, ...more] = await readAll(world, items)
      assertCode(error, 'REPLY_CANCELLED')
      assertSame('cause and rest', [error.cause, more], ['enough', []])
    },
  },
  {
    title: 'a stream in which nobody moves for its progress timeout is REPLY_TIMEOUT',
    async run(world) {
      const waiters = await world.open()
      const told: MillraceError[] = []
      const onCancel = (error: MillraceError): void => void told.push(error)
      const noItem = waiters.stream({ progressTimeoutMs: 20, onCancel })
      const noReader = waiters.stream({ progressTimeoutMs: 20, onCancel })
      const wait = waiters.item(noReader.ticket, 1)
      const [error] = await readAll(world, noItem.items)
      assertCode(error, 'REPLY_TIMEOUT')
      await world.ending(Promise.resolve(wait))
      assertSame(
        'what onCancel hears',
        told.map(({ code }) => code),
        ['REPLY_TIMEOUT', 'REPLY_TIMEOUT'],
      )
      assertCounters(waiters, { timed_out: 2, streams_open: 0 })
    },
  },
]

/** Reads to the end; what is thrown is the last entry. */
function readAll({ settings }: ReplyWaiterWorld, items: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const read: unknown[] = []
  const reading = async (): Promise<readonly unknown[]> => {
    try {
      for await (const item of items) read.push(item)
    } catch (error) {
      read.push(error)
    }
    return read
  }
  return within(settings.patienceMs, 'the end of a stream', reading())
}

/** Reads one item and leaves. */
async function readFirst(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items) return
}
