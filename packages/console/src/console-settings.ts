/** What can be chosen about the live page. */
export interface ConsoleOptions {
  /** Where it listens on 127.0.0.1; 0 for a free port. @default 0 */
  readonly port?: number
}

/** Everything that bounds the live page. */
export interface ConsoleSettings {
  readonly port: number
  /** How long a link may be opened. */
  readonly linkTtlMs: number
  /** How many links wait to be opened, and how many sessions there are, at most; the oldest give way. */
  readonly maxLinks: number
  readonly maxSessions: number
  /** How many pages listen at once. */
  readonly maxStreams: number
  /** How many traces are looked for at once, and how long for one. */
  readonly maxTraces: number
  readonly traceTimeoutMs: number
  readonly maxConnections: number
  readonly maxUrlBytes: number
  /** How long a page listens before it has to ask again, with a session that is still good. */
  readonly streamMs: number
  /** How long a page may leave unread what it was sent. */
  readonly stallMs: number
  /** Between two looks at the application, while a page listens. */
  readonly everyMs: number
  /** How long after an event of a worker there is a look out of turn. */
  readonly soonMs: number
  readonly heartbeatMs: number
  /** How many events are kept for pages that come later. */
  readonly keptEvents: number
}

/**
 * Fills in what is not chosen.
 *
 * @throws RangeError for an impossible port
 */
export function consoleSettings({ port = 0 }: ConsoleOptions = {}): ConsoleSettings {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError(`port must be 0 to 65535, not ${port}`)
  return {
    port,
    linkTtlMs: 5 * 60_000,
    maxLinks: 16,
    maxSessions: 16,
    maxStreams: 8,
    maxTraces: 4,
    traceTimeoutMs: 5_000,
    maxConnections: 64,
    maxUrlBytes: 1_024,
    streamMs: 60 * 60_000,
    stallMs: 20_000,
    everyMs: 500,
    soonMs: 100,
    heartbeatMs: 10_000,
    keptEvents: 500,
  }
}
