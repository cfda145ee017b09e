/**
 * What has become of requests and streams so far. Always
 * `opened = in_flight + replied + completed + missing + timed_out + cancelled + failed`.
 */
export interface ReplyCounters {
  /** Requests and streams that were asked for. */
  readonly opened: number
  /** Those whose caller still waits. */
  readonly in_flight: number
  /** Of those, the streams. */
  readonly streams_open: number
  /** Requests that got their reply. */
  readonly replied: number
  /** Streams that came to their end. */
  readonly completed: number
  /** Requests whose work ended without a reply. */
  readonly missing: number
  /** Deadlines that passed, and streams that made no progress. */
  readonly timed_out: number
  /** Cancelled by the caller, by its signal, or by a reader that went away. */
  readonly cancelled: number
  /** Ended by a failure, or by the end of the runtime. */
  readonly failed: number
  /** Tickets that have not been ended: some of their work may be left. */
  readonly tickets_open: number
  /** Replies and failures that came after the reply of their request. */
  readonly duplicate_terminal: number
  /** Replies, items and failures that came when nobody waited for them any more, or never had. */
  readonly late_reply_drop: number
}

/** How a wait can end. */
export type Outcome = 'replied' | 'completed' | 'missing' | 'timed_out' | 'cancelled' | 'failed'

/** The counters while they count. */
export type Counting = { -readonly [Name in Exclude<keyof ReplyCounters, 'tickets_open'>]: number }

/** All counters at zero. */
export function zeroCounters(): Counting {
  return {
    opened: 0,
    in_flight: 0,
    streams_open: 0,
    replied: 0,
    completed: 0,
    missing: 0,
    timed_out: 0,
    cancelled: 0,
    failed: 0,
    duplicate_terminal: 0,
    late_reply_drop: 0,
  }
}
