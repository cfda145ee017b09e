import { Emptiness, type StreamsParts, type Watched } from '@millrace/wire/links'

/** What is read of a socket of ZeroMQ. */
export interface MessageSource {
  readonly closed: boolean
  receive(): Promise<readonly Buffer[]>
}

/** After so many messages the binding lets the event loop turn, and may leave the rest unread. */
const mostAtOnce = 512

/**
 * Reads a socket as long as it is open. Whatever waits in it is read in the turn that begins with it, so that it is known when it
 * last held nothing.
 */
export class MessageReader implements Watched {
  readonly #source: MessageSource
  readonly #watch: StreamsParts['watch']
  readonly #emptiness: Emptiness
  #isWaiting = false
  #readInTick = 0

  constructor(source: MessageSource, { clock, watch }: StreamsParts) {
    this.#source = source
    this.#watch = watch
    this.#emptiness = new Emptiness(clock.monotonic())
  }

  /** Whether the socket may hold something that was not read since the tick began. */
  get unread(): boolean {
    return !this.#isWaiting || this.#readInTick >= mostAtOnce
  }

  /** A monotonic time at which it held nothing unread. */
  get lastEmpty(): number {
    return this.#emptiness.lastEmpty
  }

  /** Hands over the parts of every message; resolves when the socket is closed. */
  async read(onMessage: (parts: readonly Buffer[]) => void): Promise<void> {
    this.#watch.add(this)
    try {
      while (!this.#source.closed) {
        this.#isWaiting = true
        const parts = await this.#next()
        this.#isWaiting = false
        if (parts === undefined) break
        this.#readInTick++
        onMessage(parts)
      }
    } finally {
      this.#watch.delete(this)
    }
  }

  beginTick(): void {
    this.#readInTick = 0
  }

  endTick(at: number): void {
    this.#emptiness.tick(this.unread ? undefined : at)
  }

  async #next(): Promise<readonly Buffer[] | undefined> {
    try {
      return await this.#source.receive()
    } catch (error) {
      // Closing a socket fails what waits for its next message.
      if (this.#source.closed) return undefined
      throw error
    }
  }
}
