/** The longest wait of Node's timers, 24 days, in milliseconds. */
export const longestTimerMs: number = 2 ** 31 - 1

/** @throws RangeError for a time that no timer waits for */
export function requirePossible(timeoutMs: number): void {
  if (timeoutMs > 0 && timeoutMs <= longestTimerMs) return
  throw new RangeError(`timeoutMs must be above 0 and at most ${longestTimerMs} (got ${timeoutMs})`)
}
