import type { EventEmitter, MillraceError } from '@millrace/contracts'
import type { ReplyCounters } from './reply-counters.js'
import type { Timers } from './timers.js'

/** What reply waiters are made of. */
export interface ReplyWaitersOptions {
  /** Monotonic time in milliseconds. @default performance.now */
  readonly clock?: () => number
  /** @default Node's own */
  readonly timers?: Timers
  /** Hears `reply.duplicate`, `reply.late`, `request.timeout`, `request.missing` and `request.cancelled`. @default an emitter nobody listens to */
  readonly events?: EventEmitter
}

/** What requests and streams have in common. */
export interface WaitOptions {
  /** Cancels the wait when it aborts; its reason becomes the `cause` of the error. */
  readonly signal?: AbortSignal | undefined
  /** Name of the group that does the work, for errors and events. */
  readonly group?: string | undefined
  /** Whose trace id the events of the wait carry; it is read only when there is something to tell. @default none */
  readonly traced?: { readonly traceId: string } | undefined
  /**
   * Hears once that the caller waits no longer although the work may go on: after a timeout, a cancel, an aborted signal or a
   * reader that left. The place to cancel the root. It must not throw.
   */
  readonly onCancel?: (error: MillraceError) => void
}

/** How long a request waits. */
export interface RequestOptions extends WaitOptions {
  /** The longest wait, in milliseconds. @default none */
  readonly timeoutMs?: number | undefined
  /** When the wait begins, in milliseconds on the clock of the waiters, for a caller that has just looked. @default now */
  readonly sinceMs?: number
  /** When the wait ends at the latest, in milliseconds on the clock of the waiters. @default none */
  readonly deadlineMs?: number | undefined
  /**
   * Hears that the time is over, before the caller does: the place to ask who still has the work. Whoever has it answers by
   * {@link ReplyWaiters.fail} with REPLY_TIMEOUT and the fact `group`. It must not throw.
   *
   * @returns how long that answer is waited for, in milliseconds; 0 where nobody was asked
   */
  readonly onDeadline?: (() => number) | undefined
}

/** How long a stream waits. */
export interface StreamOptions extends WaitOptions {
  /**
   * The longest time, in milliseconds, that either side may keep the other waiting: the work for the next item, or the reader
   * for taking the one that is there. @default none
   */
  readonly progressTimeoutMs?: number
}

/** A request that waits. */
export interface OpenRequest {
  /** Names it in every later call; {@link noTicket} when it was refused at once, and no work must be begun for it. */
  readonly ticket: number
  /** The payload of the reply; rejects with a MillraceError REPLY_TIMEOUT, REPLY_CANCELLED, REPLY_MISSING, or the failure. */
  readonly reply: Promise<unknown>
}

/** A stream that waits. */
export interface OpenStream {
  /** Names it in every later call; {@link noTicket} when it was refused at once, and no work must be begun for it. */
  readonly ticket: number
  /**
   * The items in the order in which they were handed over, for one reader; throws a MillraceError REPLY_TIMEOUT,
   * REPLY_CANCELLED, or the failure. A reader that breaks off cancels the stream.
   */
  readonly items: AsyncIterable<unknown>
}

/** The ticket of what was refused at once. */
export const noTicket = -1

/**
 * Everyone who waits for a reply, by ticket.
 *
 * 1. The first terminal wins: a reply, a failure, the deadline, a cancel, or the end of the work.
 * 2. A ticket stays until {@link ReplyWaiters.end}, so that later terminals are told apart: duplicates come after a reply,
 *    late ones after anything else or for a ticket that is gone.
 * 3. A deadline never passes early, and on an idle event loop at most about 10 ms late, and as long as `onDeadline` says where
 *    nobody says who has the work. A reply that comes meanwhile is one.
 * 4. The process stays alive while a caller waits, and not because of one that waited.
 */
export interface ReplyWaiters {
  /**
   * Waits for one reply. A signal that has aborted, a deadline that has passed and a closed table refuse at once: the reply is
   * rejected, the ticket is {@link noTicket} and `onCancel` is not called.
   *
   * @throws RangeError when a time is not a positive number of milliseconds, or when millions wait already
   */
  request(options?: RequestOptions): OpenRequest
  /**
   * Waits for any number of items. Refuses as {@link ReplyWaiters.request} does.
   *
   * @throws RangeError when the time is not a positive number of milliseconds, or when millions wait already
   */
  stream(options?: StreamOptions): OpenStream
  /**
   * A reply has come.
   *
   * @throws TypeError for the ticket of a stream
   */
  reply(ticket: number, payload: unknown): 'delivered' | 'duplicate' | 'late'
  /**
   * An item of a stream has come. After the stream's end it is dropped and counted.
   *
   * @returns a promise when the reader is not there yet; it resolves when the item was taken, or the stream ended or was
   * cancelled. That is the back-pressure
   * @throws TypeError for the ticket of a request
   */
  item(ticket: number, payload: unknown): undefined | Promise<void>
  /**
   * The work has failed: the request rejects, the stream throws after its items. REPLY_TIMEOUT after the deadline is no failure of
   * its own: it says which group has kept the work.
   *
   * @returns false when nobody waited any more, or only for that
   */
  fail(ticket: number, error: MillraceError): boolean
  /** The caller does not want it any more: REPLY_CANCELLED. @returns false when nobody waited any more */
  cancel(ticket: number, reason?: unknown): boolean
  /**
   * All work of the root has ended. A request that still waits fails with REPLY_MISSING at once, a stream ends after its
   * items; the ticket is gone.
   */
  end(ticket: number): void
  /** Tells whether the caller of a ticket still waits. */
  waits(ticket: number): boolean
  /** A copy of the counters. */
  counters(): ReplyCounters
  /** Fails everything that waits, and everything that will ask, with an error; forgets every ticket and timer. */
  close(error: MillraceError): void
}
