/**
 * Cuts what a socket gives into frames.
 *
 * 1. The declared length is judged before anything of the frame is kept.
 * 2. Memory follows what has come, never what was declared: at most twice the bytes that waited for a frame of usual size,
 *    or wait now.
 * 3. A frame that lies whole in a chunk is not copied.
 */
import { declaredFrameBytes, lengthBytes, smallestFrameBytes } from './frame-layout.js'
import { malformed, refusal } from './refusals.js'

const firstRoomBytes = 1024
/** A frame of usual size has little more than `batchBytes`. */
const usualRoomBytes = 131_072

/** Where a connection puts what it reads. */
export class FrameReader {
  #maxFrameBytes: number
  /** The beginning of a frame whose rest has not come yet. */
  #kept: Buffer = Buffer.alloc(0)
  #keptBytes = 0

  constructor(limits: { readonly maxFrameBytes: number }) {
    this.#maxFrameBytes = limits.maxFrameBytes
  }

  /** Bytes that wait for the rest of their frame. */
  get buffered(): number {
    return this.#keptBytes
  }

  /** Changes how large a frame may be, from the next one on: while nothing is known of a peer it gets little room. */
  setLimit(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes
  }

  /**
   * Takes what has come.
   *
   * @param onFrame gets each whole frame, a view that is valid only during the call
   * @throws MillraceError SEC_FRAME_TOO_LARGE, SEC_FRAME_MALFORMED for an impossible length; whatever `onFrame` throws.
   * The connection is of no more use then
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let at = this.#keptBytes > 0 ? this.#complete(chunk, onFrame) : 0
    while (chunk.length - at >= lengthBytes) {
      const length = this.#judged(declaredFrameBytes(chunk, at))
      if (length > chunk.length - at) break
      at += length
      onFrame(chunk.subarray(at - length, at))
    }
    if (at < chunk.length) this.#keep(chunk, at, chunk.length)
  }

  /** Gives the kept beginning its rest. @returns how much of the chunk that took */
  #complete(chunk: Buffer, onFrame: (frame: Buffer) => void): number {
    let at = 0
    if (this.#keptBytes < lengthBytes) {
      at = Math.min(chunk.length, lengthBytes - this.#keptBytes)
      this.#keep(chunk, 0, at)
      if (this.#keptBytes < lengthBytes) return at
    }
    const length = this.#judged(declaredFrameBytes(this.#kept, 0))
    const rest = Math.min(chunk.length - at, length - this.#keptBytes)
    this.#keep(chunk, at, at + rest, length)
    if (this.#keptBytes === length) this.#handOver(length, onFrame)
    return at + rest
  }

  #handOver(length: number, onFrame: (frame: Buffer) => void): void {
    const frame = this.#kept.subarray(0, length)
    this.#keptBytes = 0
    // A large one would stay for ever.
    if (this.#kept.length > usualRoomBytes) this.#kept = Buffer.alloc(0)
    onFrame(frame)
  }

  #keep(chunk: Buffer, start: number, end: number, atMost = this.#maxFrameBytes): void {
    const needed = this.#keptBytes + end - start
    if (needed > this.#kept.length) {
      const ahead = Math.min(Math.max(2 * needed, firstRoomBytes), atMost)
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, ahead))
      this.#kept.copy(grown, 0, 0, this.#keptBytes)
      this.#kept = grown
    }
    chunk.copy(this.#kept, this.#keptBytes, start, end)
    this.#keptBytes = needed
  }

  #judged(length: number): number {
    if (length > this.#maxFrameBytes)
      throw refusal(
        'SEC_FRAME_TOO_LARGE',
        `a frame of ${length} bytes was refused, because at most ${this.#maxFrameBytes} are allowed here; send less, or raise max_payload_bytes on both sides`,
        { frameBytes: length, maxFrameBytes: this.#maxFrameBytes },
      )
    if (length < smallestFrameBytes) throw malformed(`it declares ${length} bytes, too few for header and signature`)
    return length
  }
}
