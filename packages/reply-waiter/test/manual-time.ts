import type { TimerHandle, Timers } from '../src/index.js'

interface ManualTimer extends TimerHandle {
  readonly due: number
  readonly callback: () => void
  held: boolean
}

/** What {@link manualTime} gives. */
export interface ManualTime {
  readonly clock: () => number
  readonly timers: Timers
  /** How many timers are armed. */
  armed(): number
  /** How many of them keep the process alive. */
  held(): number
  /** Lets time pass, and fires what falls due on the way. @returns how many timers fired */
  advance(ms: number): number
}

/** Time that passes only when a test says so, with the timers that hang on it. */
export function manualTime(): ManualTime {
  const armed = new Set<ManualTimer>()
  let now = 0
  const first = () => [...armed].sort((one, other) => one.due - other.due)[0]
  const timers: Timers = {
    setTimeout(callback, ms) {
      const timer: ManualTimer = {
        due: now + ms,
        callback,
        held: true,
        ref: () => {
          timer.held = true
        },
        unref: () => {
          timer.held = false
        },
      }
      armed.add(timer)
      return timer
    },
    clearTimeout: (handle) => void armed.delete(handle as ManualTimer), // made above
  }
  return {
    clock: () => now,
    timers,
    armed: () => armed.size,
    held: () => [...armed].filter((timer) => timer.held).length,
    advance(ms) {
      const end = now + ms
      let fired = 0
      for (let timer = first(); timer !== undefined && timer.due <= end; timer = first()) {
        now = timer.due
        armed.delete(timer)
        timer.callback()
        fired++
      }
      now = end
      return fired
    },
  }
}
