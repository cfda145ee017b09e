import type { Facts, MillraceError } from '@millrace/contracts'
import type { ItemStream } from './item-stream.js'
import type { WaiterKind } from './reply-errors.js'
import type { RequestOptions, WaitOptions } from './reply-waiters.js'

/** One who waits. One shape for requests and streams, so that the hot path stays monomorphic. */
export interface Waiter {
  phase: 'waiting' | 'replied' | 'gone'
  readonly options: WaitOptions
  /** How long it waits, in milliseconds; infinite without a limit. */
  readonly allowedMs: number
  readonly onDeadline: RequestOptions['onDeadline']
  /** Whether its time is over, and it waits only to hear who has the work. */
  overdue: boolean
  /** Settle the promise of a request; nothing for a stream. */
  readonly resolve: (payload: unknown) => void
  readonly reject: (error: MillraceError) => void
  readonly stream: ItemStream | undefined
}

/** What waits, in a word. */
export function kindOf({ stream }: Waiter): WaiterKind {
  return stream === undefined ? 'request' : 'stream'
}

/** The trace as a fact of an event, where somebody waits, or waited, in one. */
export function traceFact(waiter: Waiter | undefined): Facts {
  const traced = waiter?.options.traced
  return traced === undefined ? {} : { trace: traced.traceId }
}

/** The work has failed: a stream's reader first gets the items that came before. */
export function failWaiter({ stream, reject }: Waiter, error: MillraceError): void {
  if (stream === undefined) reject(error)
  else stream.finish(error)
}

/** The wait is over although the work may go on: a stream's reader gets no more items. */
export function dismissWaiter({ stream, reject }: Waiter, error: MillraceError): void {
  if (stream === undefined) reject(error)
  else stream.abandon(error)
}

/**
 * How long a request may wait.
 *
 * @param now the time on the clock of the deadline, in milliseconds
 * @returns milliseconds, infinite for ever, not positive when the deadline has passed
 * @throws RangeError when a time makes no sense
 */
export function allowedFor({ timeoutMs, deadlineMs }: RequestOptions, now: number): number {
  const allowedMs = positiveMs('timeoutMs', timeoutMs)
  if (deadlineMs === undefined) return allowedMs
  if (Number.isNaN(deadlineMs)) throw new RangeError('deadlineMs must be a number of milliseconds (got NaN)')
  return Math.min(allowedMs, deadlineMs - now)
}

/**
 * A time limit, infinite where none is given.
 *
 * @throws RangeError when it is not positive
 */
export function positiveMs(name: string, given: number = Number.POSITIVE_INFINITY): number {
  if (given > 0) return given
  throw new RangeError(`${name} must be a positive number of milliseconds (got ${given})`)
}
