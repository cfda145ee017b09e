/**
 * Judges from its heartbeats whether a worker still lives.
 *
 * 1. Time counts only while this process is awake: one that was suspended, or whose own event loop was blocked, has heard
 *    nothing because it did not listen. So of a look that comes late no more than twice its interval is counted.
 * 2. Before each look the event loop reads what waits on every pipe: the look is taken in the check phase, after a poll.
 * 3. A loop is called blocked only while heartbeats come: a process that is stopped takes no turns either, and is silent.
 */

/** What is wrong with a worker that gave no sign of life in time. */
export type StallCause = 'silent' | 'loop_blocked'

/** The watch over one worker. */
export interface StallWatch {
  /** A heartbeat came. @param turn number of turns of the worker's event loop, modulo 256 */
  beat(turn: number): void
  /** Ends it. */
  end(): void
}

/** How still a worker may be. */
export interface StallSettings {
  /** How often it shall beat. */
  readonly heartbeatMs: number
  readonly stallTimeoutMs: number
}

/** How many looks are taken in the time that a worker may be still. */
const looksPerTimeout = 8

/** Heartbeats are never rarer than this, whatever the configuration says: a stall must be told from a pause. */
const beatsPerTimeout = 4

/** How often a worker beats. */
export function beatIntervalMs({ heartbeatMs, stallTimeoutMs }: StallSettings): number {
  return Math.max(1, Math.min(heartbeatMs, stallTimeoutMs / beatsPerTimeout))
}

/**
 * Begins to watch.
 *
 * @param clock monotonic time in milliseconds
 * @param stalled called once
 */
export function createStallWatch(
  settings: StallSettings,
  clock: () => number,
  stalled: (cause: StallCause) => void,
): StallWatch {
  const { stallTimeoutMs } = settings
  const beatMs = beatIntervalMs(settings)
  const lookMs = Math.max(1, stallTimeoutMs / looksPerTimeout)
  let lastLook = clock()
  let awakeUntilLook = 0
  let lastTurn: number | undefined
  let heardAt = 0
  let turnedAt = 0
  let look: NodeJS.Immediate | undefined
  const timer = setInterval(() => {
    look ??= setImmediate(takeLook)
  }, lookMs)
  timer.unref()

  /** How long this process has been awake since the watch began. */
  function awakeMs(): number {
    return awakeUntilLook + Math.min(clock() - lastLook, 2 * lookMs)
  }

  function takeLook(): void {
    look = undefined
    awakeUntilLook = awakeMs()
    lastLook = clock()
    const cause = causeOfStall()
    if (cause === undefined) return
    end()
    stalled(cause)
  }

  function causeOfStall(): StallCause | undefined {
    const silentMs = awakeUntilLook - heardAt
    const blockedMs = awakeUntilLook - turnedAt
    if (silentMs >= stallTimeoutMs) return 'silent'
    return blockedMs >= stallTimeoutMs && silentMs < beatMs + 2 * lookMs ? 'loop_blocked' : undefined
  }

  function end(): void {
    clearInterval(timer)
    if (look !== undefined) clearImmediate(look)
  }

  return {
    beat(turn) {
      heardAt = awakeMs()
      if (turn !== lastTurn) turnedAt = heardAt
      lastTurn = turn
    },
    end,
  }
}
