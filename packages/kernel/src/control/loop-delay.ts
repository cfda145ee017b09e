import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

/** How fine the delay of the event loop is measured, in milliseconds: each measure wakes the process. */
const resolutionMs = 20

/** Nobody who watches asks any longer: measuring ends after this time, in milliseconds. */
const watchedMs = 15_000

/** Measures how late the event loop of this process is, while somebody wants to know. */
export interface LoopDelay {
  /** The longest delay since it was last asked for, in milliseconds; 0 the first time. */
  take(): number
}

/** Makes one that measures nothing yet. @param forgottenMs how long after it was last asked for it measures on */
export function createLoopDelay(forgottenMs: number = watchedMs): LoopDelay {
  let histogram: IntervalHistogram | undefined
  let timer: NodeJS.Timeout | undefined

  function stop(): void {
    histogram?.disable()
    histogram = undefined
  }

  return {
    take() {
      clearTimeout(timer)
      timer = setTimeout(stop, forgottenMs).unref()
      if (histogram === undefined) {
        histogram = monitorEventLoopDelay({ resolution: resolutionMs })
        histogram.enable()
        return 0
      }
      const delayMs = histogram.count === 0 ? 0 : Math.max(0, histogram.max / 1e6 - resolutionMs)
      histogram.reset()
      return Math.round(delayMs * 10) / 10
    },
  }
}
