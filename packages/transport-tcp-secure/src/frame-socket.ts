import type { Socket } from 'node:net'
import { FrameStream, type FrameStreamParts } from '@millrace/wire/links'

/** What Node reads at most at once; a read of fewer bytes has emptied the socket. */
export const readBytes = 65_536

/** What a frame socket is made of. */
export interface FrameSocketParts extends FrameStreamParts {
  readonly socket: Socket
}

/** A socket that speaks frames. */
export class FrameSocket extends FrameStream {
  readonly #socket: Socket
  /** True while the last read may have left something in the socket. */
  #readWasFull = false

  constructor({ socket, ...parts }: FrameSocketParts) {
    super(parts)
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    socket.on('end', () => this.receiver.finished())
    // What went wrong does not matter: `close` follows, and the link is lost.
    socket.on('error', () => undefined)
    socket.on('close', () => this.over())
  }

  /** True when everything written was taken by the kernel. */
  get idle(): boolean {
    return this.#socket.writableLength === 0
  }

  get progress(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten - this.#socket.writableLength
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

  finish(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  override beginTick(): void {
    this.#readWasFull = false
  }

  /** Takes what came out of the socket, a view that is valid only during the call. */
  read(chunk: Buffer): void {
    this.#readWasFull = chunk.length >= readBytes
    this.take(chunk)
  }

  protected get unread(): boolean {
    return this.#readWasFull || this.#socket.isPaused()
  }
}
