import type { OnReadOpts, Socket } from 'node:net'
import { FrameStream, type FrameStreamParts } from '@millrace/wire/links'
import { readBytes, sharedReads } from './socket-reads.js'

/** What a frame socket is made of. */
export interface FrameSocketParts extends FrameStreamParts {
  /** Makes the socket, which reads as it is told. */
  readonly open: (onread: OnReadOpts) => Socket
}

/** A socket that speaks frames. */
export class FrameSocket extends FrameStream {
  readonly #socket: Socket
  /** True while the last read may have left something in the socket. */
  #readWasFull = false

  constructor({ open, ...parts }: FrameSocketParts) {
    super(parts)
    const read = (chunk: Buffer): void => this.#read(chunk)
    const socket = open(sharedReads(read))
    this.#socket = socket
    // Also makes it read. Comes of those only that could not be told where to.
    socket.on('data', read)
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

  protected get unread(): boolean {
    return this.#readWasFull || this.#socket.isPaused()
  }

  #read(chunk: Buffer): void {
    this.#readWasFull = chunk.length >= readBytes
    this.take(chunk)
  }
}
