import type { Socket } from 'node:net'
import { MillraceError } from '@millrace/contracts'
import { FrameReader, handshakeFrameLimit } from '@millrace/wire'
import type { ConnectionClock } from './connection-clock.js'
import { Emptiness, type EmptyWatch, readBytes, type Watched } from './empty-watch.js'

/** Who hears what comes out of a socket: a handshake first, then the link. */
export interface FrameReceiver {
  /** A whole frame, a view that is valid only during the call. What it throws refuses the connection. */
  frame(frame: Buffer): void
  /** The connection was refused for this reason and is destroyed. `gone` follows. */
  refused(error: unknown): void
  /** The peer writes nothing more. */
  finished(): void
  /** The socket is gone. */
  gone(): void
}

/** What a frame socket is made of. */
export interface FrameSocketParts {
  readonly socket: Socket
  readonly clock: ConnectionClock
  readonly watch: EmptyWatch
  /** A monotonic time at which the socket held nothing unread. */
  readonly emptyAt: number
}

/**
 * A socket that speaks frames, and knows when it last held nothing unread. Until `open` it reads no more than a handshake
 * may take.
 */
export class FrameSocket implements Watched {
  receiver: FrameReceiver = nobody
  readonly #socket: Socket
  readonly #emptiness: Emptiness
  readonly #clock: ConnectionClock
  readonly #reader = new FrameReader({ maxFrameBytes: handshakeFrameLimit })
  readonly #onFrame = (frame: Buffer): void => this.receiver.frame(frame)
  /** True while the last read may have left something in the socket. */
  #readWasFull = false
  /** How much the peer may still send; without a limit once it is open. */
  #allowance = handshakeFrameLimit

  constructor({ socket, clock, watch, emptyAt }: FrameSocketParts) {
    this.#clock = clock
    this.#socket = socket
    this.#emptiness = new Emptiness(emptyAt)
    watch.add(this)
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    socket.on('end', () => this.receiver.finished())
    // What went wrong does not matter: `close` follows, and the link is lost.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      watch.delete(this)
      this.receiver.gone()
    })
  }

  /** When the socket was last known to hold nothing unread, by the clock of this connection. */
  get lastEmpty(): number {
    return this.#clock.wallAt(this.#emptiness.lastEmpty)
  }

  /** True when everything written was taken by the kernel. */
  get idle(): boolean {
    return this.#socket.writableLength === 0
  }

  /** Grows with everything that is read or written. */
  get progress(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten - this.#socket.writableLength
  }

  /** From the next frame on, frames may be as large as this. */
  open(maxFrameBytes: number): void {
    this.#allowance = Number.POSITIVE_INFINITY
    this.#reader.setLimit(maxFrameBytes)
  }

  /** @param taken is called when the kernel has all of it */
  write(frame: Buffer, taken?: () => void): void {
    this.#socket.write(frame, taken)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Nothing more is written; what was written leaves. */
  finish(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
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
    this.#readWasFull = false
  }

  endTick(at: number): void {
    const unread = this.#readWasFull || this.#socket.isPaused() || this.#reader.buffered > 0
    this.#emptiness.tick(unread ? undefined : at)
  }

  /** Takes what came out of the socket, a view that is valid only during the call. */
  read(chunk: Buffer): void {
    this.#readWasFull = chunk.length >= readBytes
    this.guard(() => {
      this.#reader.push(chunk, this.#onFrame)
      this.#allowance -= chunk.length
      if (this.#allowance < 0) throw tooMuch()
    })
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
    `a connection was closed, because more than ${handshakeFrameLimit} bytes came before its handshake was finished; only workers of this run may connect`,
  )
}
