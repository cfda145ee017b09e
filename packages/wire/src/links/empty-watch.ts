/**
 * Knows when a stream last held nothing unread, so that a frame's age is how long it was on its way, and not how long this
 * process was busy elsewhere.
 *
 * A turn of Node's event loop runs timers, then reads every stream that has something, then runs `setImmediate`. So:
 *
 * 1. A tick takes the time in a timer. What is unread at that moment is read before the `setImmediate` that follows.
 * 2. In that `setImmediate`, a stream from which everything was read held nothing unread at some moment after the tick: the
 *    time of the tick is never too late, whatever this process was kept from doing before, between or after.
 * 3. Everything was read when the last read was no full one, or there was none, and no part of a frame waits for its rest. A
 *    stream that is paused was not read, so nothing is known of it.
 * 4. `lastEmpty` lags one tick behind what is known. A batch that found the stream full is signed and waits in its sender's
 *    memory: after a block it comes a little later than what the stream held, and is as honest.
 * 5. In a loop that turns, `lastEmpty` of an idle stream is at most two ticks old, and a tick is an eighth of the ttl at
 *    most: a recorded frame is refused at 1.25 ttl at the latest, however idle the stream.
 */
import type { WireClock } from '../wire-clock.js'

const longestTickMs = 1000

/** When something that is read was last known to be empty. Times are monotonic milliseconds. */
export class Emptiness {
  #known: number
  #judged: number

  /** @param now it holds nothing unread now */
  constructor(now: number) {
    this.#known = now
    this.#judged = now
  }

  /** What the age of a frame is measured against. */
  get lastEmpty(): number {
    return this.#judged
  }

  /** A tick has passed; `emptyAt` is its time if everything was read in it. */
  tick(emptyAt: number | undefined): void {
    this.#judged = this.#known
    if (emptyAt !== undefined && emptyAt > this.#known) this.#known = emptyAt
  }
}

/** Something that is read. */
export interface Watched {
  /** A tick begins. */
  beginTick(): void
  /** All that was unread at `at` has been read, if it is read at all. */
  endTick(at: number): void
}

/** Ticks for all streams of a transport, while there are any. */
export class EmptyWatch {
  readonly #clock: WireClock
  readonly #tickMs: number
  readonly #watched = new Set<Watched>()
  readonly #tick = (): void => this.#begin()
  #timer: NodeJS.Timeout | undefined

  constructor(clock: WireClock, ttlMs: number) {
    this.#clock = clock
    this.#tickMs = Math.max(1, Math.min(longestTickMs, ttlMs / 8))
  }

  add(watched: Watched): void {
    this.#watched.add(watched)
    // It keeps no process alive: without a stream there is nothing to watch.
    this.#timer ??= setInterval(this.#tick, this.#tickMs).unref()
  }

  delete(watched: Watched): void {
    this.#watched.delete(watched)
    if (this.#watched.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #begin(): void {
    const at = this.#clock.monotonic()
    for (const watched of this.#watched) watched.beginTick()
    setImmediate(() => {
      for (const watched of this.#watched) watched.endTick(at)
    })
  }
}
