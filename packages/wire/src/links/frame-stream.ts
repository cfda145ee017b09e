import { MillraceError } from '@millrace/contracts'
import { handshakeFrameLimit } from '../frame-layout.js'
import { FrameReader } from '../frame-reader.js'
import type { ConnectionClock } from './connection-clock.js'
import { Emptiness, type EmptyWatch, type Watched } from './empty-watch.js'

/** What comes before a link is open: a hello or a welcome, and the first batch. */
const handshakeBytes = 2 * handshakeFrameLimit

/** Who hears what comes out of a stream: a handshake first, then the link. */
export interface FrameReceiver {
  /** A whole frame, a view that is valid only during the call. What it throws refuses the connection. */
  frame(frame: Buffer): void
  /** The connection was refused for this reason and is destroyed. `gone` follows. */
  refused(error: unknown): void
  /** The peer writes nothing more. */
  finished(): void
  /** The stream is idle again, which may be before everything that was written is taken. Told by streams where that can be. */
  drained?(): void
  /** The stream is gone. */
  gone(): void
}

/** What every stream of frames is made of. */
export interface FrameStreamParts {
  readonly clock: ConnectionClock
  readonly watch: EmptyWatch
  /** A monotonic time at which the stream held nothing unread. */
  readonly emptyAt: number
}

/**
 * One connection that carries frames, whatever it is made of. It knows when it last held nothing unread. Until `open` it reads no
 * more than a handshake may take.
 */
export abstract class FrameStream implements Watched {
  receiver: FrameReceiver = nobody
  readonly #emptiness: Emptiness
  readonly #clock: ConnectionClock
  readonly #watch: EmptyWatch
  readonly #reader = new FrameReader({ maxFrameBytes: handshakeFrameLimit })
  readonly #onFrame = (frame: Buffer): void => this.receiver.frame(frame)
  /** How much the peer may still send; without a limit once it is open. */
  #allowance = handshakeBytes

  constructor({ clock, watch, emptyAt }: FrameStreamParts) {
    this.#clock = clock
    this.#watch = watch
    this.#emptiness = new Emptiness(emptyAt)
    watch.add(this)
  }

  /** True when everything written was taken, so that what is written now leaves at once. */
  abstract get idle(): boolean

  /** Grows with everything that is read or written. */
  abstract get progress(): number

  /** @param taken is called when the memory of the frame is not needed any longer */
  abstract write(frame: Buffer, taken?: () => void): void
  abstract pause(): void
  abstract resume(): void

  /** Nothing more is written; what was written leaves. */
  abstract finish(): void
  abstract destroy(): void

  /** Whether something may be unread since the tick began. */
  protected abstract get unread(): boolean

  /** When the stream was last known to hold nothing unread, by the clock of this connection. */
  get lastEmpty(): number {
    return this.#clock.wallAt(this.#emptiness.lastEmpty)
  }

  /** From the next frame on, frames may be as large as this. */
  open(maxFrameBytes: number): void {
    this.#allowance = Number.POSITIVE_INFINITY
    this.#reader.setLimit(maxFrameBytes)
  }

  /** Does something that comes of a frame; what it throws refuses the connection. */
  guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.destroy()
      this.receiver.refused(error)
    }
  }

  beginTick(): void {
    // What was read before is nothing to go by.
  }

  endTick(at: number): void {
    this.#emptiness.tick(this.unread || this.#reader.buffered > 0 ? undefined : at)
  }

  /** Takes what was read, a view that is valid only during the call. */
  protected take(chunk: Buffer): void {
    this.guard(() => {
      this.#reader.push(chunk, this.#onFrame)
      this.#allowance -= chunk.length
      if (this.#allowance < 0) throw tooMuch()
    })
  }

  /** It is gone; tells the receiver. */
  protected over(): void {
    this.#watch.delete(this)
    this.receiver.gone()
  }
}

const nobody: FrameReceiver = {
  frame: () => undefined,
  refused: () => undefined,
  finished: () => undefined,
  gone: () => undefined,
}

function tooMuch(): MillraceError {
  return new MillraceError(
    'SEC_FRAME_TOO_LARGE',
    `a connection was closed, because more than ${handshakeBytes} bytes came before its handshake was finished; only workers of this run may connect`,
  )
}
