import type { MillraceError } from '@millrace/contracts'

/** What the suite tells a wait. */
export interface WaitUnderTest {
  readonly signal?: AbortSignal
  /** Hears once that the caller waits no longer although the work may go on. */
  readonly onCancel?: (error: MillraceError) => void
}

/** The counters that the suite reads. */
export interface CountersUnderTest {
  readonly opened: number
  readonly in_flight: number
  readonly streams_open: number
  readonly replied: number
  readonly completed: number
  readonly missing: number
  readonly timed_out: number
  readonly cancelled: number
  readonly failed: number
  readonly tickets_open: number
  readonly duplicate_terminal: number
  readonly late_reply_drop: number
}

/** What the suite uses of reply waiters; those of `@millrace/reply-waiter` fit. */
export interface ReplyWaitersUnderTest {
  request(options?: WaitUnderTest & { readonly timeoutMs?: number }): {
    readonly ticket: number
    readonly reply: Promise<unknown>
  }
  stream(options?: WaitUnderTest & { readonly progressTimeoutMs?: number }): {
    readonly ticket: number
    readonly items: AsyncIterable<unknown>
  }
  reply(ticket: number, payload: unknown): 'delivered' | 'duplicate' | 'late'
  /** @returns a promise when the reader is not there yet, that resolves when the item was taken or given up */
  item(ticket: number, payload: unknown): undefined | Promise<void>
  fail(ticket: number, error: MillraceError): boolean
  cancel(ticket: number, reason?: unknown): boolean
  end(ticket: number): void
  waits(ticket: number): boolean
  counters(): CountersUnderTest
  close(error: MillraceError): void
}
