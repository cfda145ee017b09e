/** Waits for a while, or not at all: then there is no promise either. */
export type Pause = () => Promise<unknown> | undefined

/** How a pause waits, as in `node:timers/promises`. */
export interface PauseTimers {
  setImmediate(): Promise<unknown>
  setTimeout(ms: number): Promise<unknown>
}

const maxDelayMs = 4

/**
 * Makes pauses of random length: of twenty calls thirteen do not wait, six wait for a turn of the event loop, and one waits
 * for up to four milliseconds.
 *
 * @param seed a whole number; together with the name it decides every length
 */
export function createPause(seed: number, name: string, timers: PauseTimers): Pause {
  const random = createRandom([...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed))
  return () => {
    const drawn = random() * 20
    if (drawn < 13) return undefined
    return drawn < 19 ? timers.setImmediate() : timers.setTimeout((drawn - 19) * maxDelayMs)
  }
}

/** Numbers from 0 up to 1: Mulberry32 by Tommy Ettinger (public domain). */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
