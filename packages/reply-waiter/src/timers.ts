/** What a timer can be told while it runs. */
export interface TimerHandle {
  /** Keeps the process alive until the timer has fired. */
  ref(): unknown
  /** Lets the process end before the timer has fired. */
  unref(): unknown
}

/** Where timers come from. Node's own `setTimeout` and `clearTimeout` fit. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): TimerHandle
  clearTimeout(handle: TimerHandle): void
}

/** Node's own timers. */
export const nodeTimers: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout), // it came from setTimeout above
}
