/** Measures the time that a worker itself needs to become ready. */
export interface StartTimer {
  /** Time counts from now on. */
  run(): void
  /** The worker waits for others, or needs no more time. */
  pause(): void
}

/**
 * Makes a timer that stands.
 *
 * @param clock monotonic time in milliseconds
 * @param late called when the time has been used up
 */
export function createStartTimer(budgetMs: number, clock: () => number, late: () => void): StartTimer {
  let leftMs = budgetMs
  let since = 0
  let timer: NodeJS.Timeout | undefined

  return {
    run() {
      since = clock()
      timer ??= setTimeout(late, leftMs)
    },
    pause() {
      if (timer === undefined) return
      clearTimeout(timer)
      timer = undefined
      leftMs = Math.max(0, leftMs - (clock() - since))
    },
  }
}
