/**
 * Collects records in the frame they will leave in, and what they need of JSON in a text that is written behind them when
 * the batch is closed.
 *
 * 1. A record is in the batch whole, or not at all: what throws or does not fit leaves the batch as it was.
 * 2. What is serialised is what was there when the record was added.
 * 3. A frame is never longer than `maxFrameBytes`. There is always room for what was added: texts are counted with the most
 *    bytes that they can take, until that is too much and they are measured.
 * 4. There are few slabs of the usual size, and they are used again once they were given back. While all are out, because a
 *    socket takes no more, a frame is copied into just the memory it needs. A larger frame has a slab of its own.
 */
import { type LinkRecord, MillraceError } from '@millrace/contracts'
import type { ByteWriter } from './byte-writer.js'
import { headerBytes, macBytes, writeU32 } from './frame-layout.js'
import { RecordEncoder } from './record-encoder.js'
import { recordsLengthBytes } from './record-layout.js'
import { roomFor, sharedJsonOf } from './record-size.js'

/** A batch that has grown this large should leave: it is accepted only when it has come whole. */
export const batchBytes = 65_536

/** Room for a full batch of texts that take three bytes a letter, and for one more record as large. */
const usualSlabBytes = 6 * batchBytes
const mostSlabs = 4
const firstRecordAt = headerBytes + recordsLengthBytes

/** A record that does not fit beside others, encoded in a slab of its own that can become the next batch. */
interface Apart {
  readonly record: LinkRecord
  readonly slab: Buffer
  /** Where the record ends. */
  readonly end: number
  readonly json: string
  readonly jsonBytes: number
}

/** The batch that leaves next. */
export class BatchEncoder {
  readonly #maxFrameBytes: number
  readonly #slabBytes: number
  /** The slab that is used next, or now. */
  #slab: Buffer
  /** Slabs that were given back. */
  readonly #spare: Buffer[] = []
  /** Slabs whose frames are out. */
  readonly #lent: Buffer[] = []
  readonly #encoder: RecordEncoder
  /** Where records and JSON must end. */
  #end: number
  #records = 0
  /** The JSON array without its closing bracket; empty while no record needs it. */
  #json = ''
  /** The most bytes that it can take, its closing bracket included. */
  #jsonRoom = 0
  #waiting: Apart | undefined

  constructor(maxFrameBytes: number) {
    if (!(maxFrameBytes >= firstRecordAt + macBytes))
      throw new RangeError(`no batch fits a frame of ${maxFrameBytes} bytes; give at least ${firstRecordAt + macBytes}`)
    this.#maxFrameBytes = maxFrameBytes
    this.#slabBytes = Math.min(usualSlabBytes, maxFrameBytes)
    this.#slab = Buffer.allocUnsafeSlow(this.#slabBytes)
    this.#encoder = new RecordEncoder(this.#slab, firstRecordAt)
    this.#end = this.#slabBytes - macBytes
  }

  /** About how many bytes the batch has: exact while all texts are ASCII. */
  get pending(): number {
    return this.#encoder.out.at - firstRecordAt + this.#json.length
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
    if (this.#waiting?.record === record) return this.#addApart(this.#waiting)
    this.#waiting = undefined
    const json = sharedJsonOf(record)
    const room = roomFor(record, json)
    if (!this.#hasRoom(room, 3 * json.length + 2)) return this.#addMeasured(record, json, room)
    this.#encoder.encode(record, json)
    this.#records++
    if (json.length > 0) this.#addJson(json, 3 * json.length)
    return true
  }

  /**
   * Ends the batch and begins another.
   *
   * @returns the frame, whose header and signature are still to be filled in; give it back with {@link release}
   */
  close(): Buffer {
    const { out } = this.#encoder
    writeU32(out.bytes, headerBytes, out.at - firstRecordAt)
    if (this.#json.length > 0) out.at += out.bytes.write(`${this.#json}]`, out.at)
    const frame = out.bytes.subarray(0, out.at + macBytes)
    const leaving = out.bytes === this.#slab ? this.#lend(frame) : frame
    this.#begin(this.#slab, firstRecordAt, 0)
    return leaving
  }

  /** Takes a frame back that nobody reads any more. */
  release(frame: Buffer): void {
    const at = this.#lent.findIndex((slab) => slab.buffer === frame.buffer)
    if (at >= 0) this.#spare.push(...this.#lent.splice(at, 1))
  }

  /** Lets go of the slab that a frame is in, or of a copy of the frame when there is no other slab. */
  #lend(frame: Buffer): Buffer {
    const next = this.#freeSlab()
    if (next === undefined) return Buffer.from(frame)
    this.#lent.push(this.#slab)
    this.#slab = next
    return frame
  }

  #freeSlab(): Buffer | undefined {
    const spare = this.#spare.pop()
    if (spare !== undefined || this.#lent.length + 1 >= mostSlabs) return spare
    return Buffer.allocUnsafeSlow(this.#slabBytes)
  }

  #hasRoom(record: number, json: number): boolean {
    return this.#encoder.out.at + record + this.#jsonRoom + json <= this.#end
  }

  #addJson(json: string, room: number): void {
    this.#jsonRoom += this.#json.length === 0 ? room + 2 : room + 1
    this.#json += this.#json.length === 0 ? `[${json}` : `,${json}`
  }

  /** Encodes into a slab of its own, to see how large the record really is. */
  #addMeasured(record: LinkRecord, json: string, room: number): boolean {
    const jsonBytes = Buffer.byteLength(json)
    const slab = Buffer.allocUnsafeSlow(firstRecordAt + room + jsonBytes + 2 + macBytes)
    const own = encodedApart(slab, record, json)
    const length = own.at - firstRecordAt
    const frameBytes = own.at + (json.length === 0 ? 0 : jsonBytes + 2) + macBytes
    if (frameBytes > this.#maxFrameBytes) throw tooLarge(length + jsonBytes, this.#maxFrameBytes)
    if (this.#json.length > 0) this.#jsonRoom = Buffer.byteLength(this.#json) + 1
    if (!this.#hasRoom(length, jsonBytes + 2))
      return this.#addApart({ record, slab: own.bytes, end: own.at, json, jsonBytes })
    this.#encoder.forget()
    this.#encoder.out.raw(own.bytes.subarray(firstRecordAt, own.at))
    this.#records++
    if (json.length > 0) this.#addJson(json, jsonBytes)
    return true
  }

  #addApart(apart: Apart): boolean {
    if (this.#records > 0) {
      this.#waiting = apart
      return false
    }
    this.#waiting = undefined
    this.#begin(apart.slab, apart.end, 1)
    if (apart.json.length > 0) this.#addJson(apart.json, apart.jsonBytes)
    return true
  }

  #begin(slab: Buffer, at: number, records: number): void {
    this.#encoder.restart(slab, at)
    this.#end = Math.min(slab.length, this.#maxFrameBytes) - macBytes
    this.#records = records
    this.#json = ''
    this.#jsonRoom = 0
  }
}

function encodedApart(slab: Buffer, record: LinkRecord, json: string): ByteWriter {
  const encoder = new RecordEncoder(slab, firstRecordAt)
  encoder.encode(record, json)
  return encoder.out
}

function tooLarge(bytes: number, maxFrameBytes: number): MillraceError {
  return new MillraceError(
    'PAYLOAD_TOO_LARGE',
    `a record of ${bytes} bytes cannot be sent, because no frame may be larger than ${maxFrameBytes} bytes; send less, or raise max_payload_bytes`,
    { facts: { bytes, maxFrameBytes } },
  )
}
