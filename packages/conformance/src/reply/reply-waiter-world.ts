import assert from 'node:assert/strict'
import { type ErrorCode, isMillraceError, MillraceError } from '@millrace/contracts'
import { assertSame } from '../assert-same.js'
import type { SuiteSettings } from '../test-runner.js'
import { within } from '../within.js'
import type { CountersUnderTest, ReplyWaitersUnderTest } from './reply-waiters-under-test.js'

/** Makes reply waiters that nobody waits at. */
export type OpenReplyWaiters = () => ReplyWaitersUnderTest | Promise<ReplyWaitersUnderTest>

/** One test of the reply waiter suite. */
export interface ReplyWaiterCase {
  readonly title: string
  run(world: ReplyWaiterWorld): Promise<void>
}

/** How a request ended. */
export type Ending = { readonly payload: unknown } | { readonly error: unknown }

/** What the tests of reply waiters share. */
export interface ReplyWaiterWorld {
  readonly settings: SuiteSettings
  open(): Promise<ReplyWaitersUnderTest>
  /** Waits for a request to end, and listens from now on, so that no failure goes unheard. */
  ending(reply: Promise<unknown>): Promise<Ending>
  /** Waits for a request to fail, and asserts its code. */
  failure(reply: Promise<unknown>, code: ErrorCode): Promise<MillraceError>
}

/** Runs one test, and closes the waiters it has opened. */
export async function runReplyWaiterCase(
  one: ReplyWaiterCase,
  open: OpenReplyWaiters,
  settings: SuiteSettings,
): Promise<void> {
  const opened: ReplyWaitersUnderTest[] = []
  const world: ReplyWaiterWorld = {
    settings,
    async open() {
      const waiters = await within(settings.patienceMs, 'opening reply waiters', open())
      opened.push(waiters)
      return withHeardReplies(waiters)
    },
    ending: (reply) => within(settings.patienceMs, 'the end of a request', endingOf(reply)),
    async failure(reply, code) {
      const ending = await world.ending(reply)
      assert.ok('error' in ending, `the request must fail with ${code} (it got a reply)`)
      assertCode(ending.error, code)
      return ending.error
    },
  }
  try {
    await one.run(world)
  } finally {
    for (const waiters of opened) waiters.close(new MillraceError('SHUTTING_DOWN', 'the test is over'))
  }
}

/** A test that fails half-way leaves requests behind; their failures must not go unheard. */
function withHeardReplies(waiters: ReplyWaitersUnderTest): ReplyWaitersUnderTest {
  return {
    request(options) {
      const request = waiters.request(options)
      request.reply.catch(() => undefined)
      return request
    },
    stream: (options) => waiters.stream(options),
    reply: (ticket, payload) => waiters.reply(ticket, payload),
    item: (ticket, payload) => waiters.item(ticket, payload),
    fail: (ticket, error) => waiters.fail(ticket, error),
    cancel: (ticket, reason) => waiters.cancel(ticket, reason),
    end: (ticket) => waiters.end(ticket),
    waits: (ticket) => waiters.waits(ticket),
    counters: () => waiters.counters(),
    close: (error) => waiters.close(error),
  }
}

/** Asserts that something thrown is a MillraceError of a code. */
export function assertCode(thrown: unknown, code: ErrorCode): asserts thrown is MillraceError {
  assert.ok(isMillraceError(thrown), `the error must be a MillraceError with ${code} (got ${String(thrown)})`)
  assert.equal(thrown.code, code, `the error must have the code ${code}`)
}

/** Asserts some of the counters. */
export function assertCounters(waiters: ReplyWaitersUnderTest, expected: Partial<CountersUnderTest>): void {
  const counters = Object.entries(waiters.counters()).filter(([name]) => name in expected)
  assertSame('the counters', Object.fromEntries(counters), { ...expected })
}

function endingOf(reply: Promise<unknown>): Promise<Ending> {
  return reply.then(
    (payload) => ({ payload }),
    (error: unknown) => ({ error }),
  )
}
