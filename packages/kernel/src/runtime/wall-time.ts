/** By how much two looks at both clocks can differ although neither was set: the wall clock counts whole milliseconds. */
const jitterMs = 2

/**
 * Wall time of times by the worker's clock, in milliseconds since the epoch.
 *
 * One time is the same wall time whenever it is asked for: of a deadline that a caller and its callee share, neither sees a later
 * one. A wall clock that is set is followed.
 *
 * @param now wall time, in milliseconds since the epoch
 * @param clock monotonic, in milliseconds
 */
export function wallTimeBy(now: () => number, clock: () => number): (ms: number) => number {
  let offset = now() - clock()
  return (ms) => {
    const seen = now() - clock()
    if (Math.abs(seen - offset) >= jitterMs) offset = seen
    return Math.round(offset + ms)
  }
}
