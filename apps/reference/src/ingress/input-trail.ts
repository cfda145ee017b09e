import { createHash } from 'node:crypto'
import { type Json, MillraceError } from '@millrace/contracts'

const lineFeed = 0x0a

/** Where the reading of an input goes on; a type, not an interface, so that it is JSON as it is. */
export type InputPlace = {
  /** In bytes, after the end of a line. */
  readonly offset: number
  /** Of everything before it, in hexadecimal digits. */
  readonly sha256: string
  /** Whether the input ends there, with a line that may have no line feed. */
  readonly ended: boolean
}

/** Follows an input, so that reading can go on at a place of it, and nowhere in another input. */
export interface InputTrail {
  /** Where reading goes on, in bytes. */
  readonly from: number
  /** The chunks without what stands before the place to go on from. @throws MillraceError RESUME_MISMATCH where it differs */
  rest(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** The place after the last line that ends in a chunk of the rest; undefined where none does. */
  after(chunk: Uint8Array): InputPlace | undefined
  /** The place at the end of the input. @throws MillraceError RESUME_MISMATCH where the input ends too early */
  end(): InputPlace
}

/** @param resume a place that an earlier trail has given; undefined to read from the beginning */
export function createInputTrail(resume: Json | undefined): InputTrail {
  const from = resume as InputPlace | undefined // the source marks nothing else
  const hash = createHash('sha256')
  let offset = 0

  function take(bytes: Uint8Array): void {
    hash.update(bytes)
    offset += bytes.length
  }

  function place(ended: boolean): InputPlace {
    return { offset, sha256: hash.copy().digest('hex'), ended }
  }

  /** Takes what stands before the place. @returns what stands after it */
  function skip(chunk: Uint8Array): Uint8Array {
    if (from === undefined) return chunk
    const known = chunk.subarray(0, Math.max(0, from.offset - offset))
    if (known.length > 0) {
      take(known)
      if (offset === from.offset && place(false).sha256 !== from.sha256)
        throw changed(`its first ${offset} bytes are others`)
    }
    const rest = chunk.subarray(known.length)
    if (rest.length > 0 && from.ended) throw changed(`it had ${from.offset} bytes and has more now`)
    return rest
  }

  return {
    from: from?.offset ?? 0,
    async *rest(chunks) {
      for await (const chunk of chunks) {
        const rest = skip(chunk)
        if (rest.length > 0) yield rest
      }
    },
    after(chunk) {
      const feed = chunk.lastIndexOf(lineFeed) + 1
      take(chunk.subarray(0, feed))
      const reached = feed > 0 ? place(false) : undefined
      take(chunk.subarray(feed))
      return reached
    },
    end() {
      if (from !== undefined && offset < from.offset)
        throw changed(`it has ${offset} bytes, and the first ${from.offset} had been read`)
      return place(true)
    },
  }
}

function changed(how: string): MillraceError {
  return new MillraceError(
    'RESUME_MISMATCH',
    `cannot resume, because the input has changed: ${how}. Give the input of the interrupted run, or leave out --resume to start anew`,
    { facts: { node: 'read' } },
  )
}
