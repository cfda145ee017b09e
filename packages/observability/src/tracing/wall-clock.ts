import { performance } from 'node:perf_hooks'

/** Tells wall time from readings of the monotonic clock, so that a duration is right even when the wall clock is set. */
export interface WallClock {
  /** @param monotonicMs a reading of `performance.now()`. @returns milliseconds since the epoch, with fractions */
  at(monotonicMs: number): number
}

const recheckMs = 10_000
/** Steps of the wall clock below this are the rounding of `Date.now()`. */
const toleratedMs = 2

/** Makes a clock that follows the wall clock when it is set or drifts away, in seconds, and not in every reading. */
export function createWallClock(): WallClock {
  let offsetMs = performance.timeOrigin
  let recheckAt = 0

  function recheck(monotonicMs: number): void {
    recheckAt = monotonicMs + recheckMs
    const nowMs = performance.now()
    const driftMs = Date.now() - (offsetMs + nowMs)
    if (Math.abs(driftMs) > toleratedMs) offsetMs += driftMs
  }

  return {
    at(monotonicMs) {
      if (monotonicMs >= recheckAt) recheck(monotonicMs)
      return offsetMs + monotonicMs
    },
  }
}
