/**
 * Collects records straight in the frame they will leave in.
 *
 * 1. A record is in the batch whole, or not at all: what throws or does not fit leaves the batch as it was.
 * 2. A frame is never longer than `maxFrameBytes`.
 * 3. Slabs of the usual size are used again once they were given back; a larger frame has one of its own.
 */
import { type LinkRecord, MillraceError } from '@millrace/contracts'
import { ByteWriter } from './byte-writer.js'
import { bodyOf, encodeRecord, roomFor } from './encode-record.js'
import { headerBytes, macBytes, smallestFrameBytes } from './frame-layout.js'

/** A batch that has grown this large should leave: it is accepted only when it has come whole. */
export const batchBytes = 65_536

const usualSlabBytes = 2 * batchBytes
const keptSlabs = 4

/** A record that did not fit beside others, encoded in a slab of its own that can become the next batch. */
interface Waiting {
  readonly record: LinkRecord
  readonly slab: Buffer
  readonly end: number
}

/** The batch that leaves next. */
export class BatchEncoder {
  readonly #maxFrameBytes: number
  readonly #slabBytes: number
  readonly #spare: Buffer[] = []
  readonly #out: ByteWriter
  #end: number
  #records = 0
  #waiting: Waiting | undefined

  constructor(maxFrameBytes: number) {
    if (!(maxFrameBytes >= smallestFrameBytes))
      throw new RangeError(`a frame has at least ${smallestFrameBytes} bytes (got a limit of ${maxFrameBytes})`)
    this.#maxFrameBytes = maxFrameBytes
    this.#slabBytes = Math.min(usualSlabBytes, maxFrameBytes)
    this.#out = new ByteWriter(Buffer.allocUnsafeSlow(this.#slabBytes), headerBytes)
    this.#end = this.#slabBytes - macBytes
  }

  /** Bytes of the records in the batch. */
  get pending(): number {
    return this.#out.at - headerBytes
  }

  /** How many records are in the batch. */
  get records(): number {
    return this.#records
  }

  /**
   * Adds a record.
   *
   * @returns false when it does not fit beside what is there: close the batch, then add it again
   * @throws MillraceError PAYLOAD_TOO_LARGE when it does not fit an empty batch; PAYLOAD_INVALID when JSON cannot carry it
   * @throws RangeError when a number of it is none that a record can have
   */
  add(record: LinkRecord): boolean {
    if (this.#waiting?.record === record) return this.#addWaiting(this.#waiting)
    const body = bodyOf(record)
    if (body.length > this.#maxFrameBytes) throw tooLarge(body.length, this.#maxFrameBytes)
    const room = roomFor(record, body)
    const out = this.#out
    if (room > this.#end - out.at) return this.#addTight(record, body, room)
    const start = out.at
    try {
      encodeRecord(out, record, body)
    } catch (error) {
      out.at = start
      throw error
    }
    this.#records++
    return true
  }

  /**
   * Ends the batch and begins another.
   *
   * @returns the frame, whose header and signature are still to be filled in; give it back with {@link release}
   */
  close(): Buffer {
    const out = this.#out
    const frame = out.bytes.subarray(0, out.at + macBytes)
    this.#begin(this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#slabBytes), headerBytes, 0)
    return frame
  }

  /** Takes a frame back that nobody reads any more. */
  release(frame: Buffer): void {
    if (frame.buffer.byteLength !== this.#slabBytes || this.#spare.length >= keptSlabs) return
    this.#spare.push(Buffer.from(frame.buffer, 0, this.#slabBytes))
  }

  /** Encodes into a slab of its own, to see how large the record really is. */
  #addTight(record: LinkRecord, body: string | Uint8Array, room: number): boolean {
    const own = new ByteWriter(Buffer.allocUnsafeSlow(headerBytes + room + macBytes), headerBytes)
    encodeRecord(own, record, body)
    const length = own.at - headerBytes
    if (length + smallestFrameBytes > this.#maxFrameBytes) throw tooLarge(length, this.#maxFrameBytes)
    const out = this.#out
    if (length <= this.#end - out.at) {
      out.bytes.set(own.bytes.subarray(headerBytes, own.at), out.at)
      out.at += length
      this.#records++
      return true
    }
    const waiting = { record, slab: own.bytes, end: own.at }
    return this.#addWaiting(waiting)
  }

  #addWaiting(waiting: Waiting): boolean {
    if (this.#records > 0) {
      this.#waiting = waiting
      return false
    }
    this.release(this.#out.bytes)
    this.#begin(waiting.slab, waiting.end, 1)
    return true
  }

  #begin(slab: Buffer, at: number, records: number): void {
    this.#waiting = records > 0 ? undefined : this.#waiting
    this.#out.bytes = slab
    this.#out.at = at
    this.#end = Math.min(slab.length, this.#maxFrameBytes) - macBytes
    this.#records = records
  }
}

function tooLarge(bytes: number, maxFrameBytes: number): MillraceError {
  return new MillraceError(
    'PAYLOAD_TOO_LARGE',
    `a record of ${bytes} bytes cannot be sent, because no frame may be larger than ${maxFrameBytes} bytes; send less, or raise max_payload_bytes`,
    { facts: { bytes, maxFrameBytes } },
  )
}
