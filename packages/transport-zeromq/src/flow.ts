/**
 * What travels in the messages of a link, beside the frames themselves. ZeroMQ neither tells how much of what it was given has
 * arrived, nor can it end one connection of many, so both ends agree on it here:
 *
 * 1. A frame is cut into chunks, each a message of its own: none is larger than `chunkBytes`, and none is smaller than the
 *    smallest frame.
 * 2. A sender has at most `windowChunks` chunks under way. Its peer grants it more when it has read some. So no queue of ZeroMQ
 *    ever fills up, nothing waits for another link, and a frame is signed when it really leaves.
 * 3. A smaller message is a sign: none means that the sender of it has ended the link, or that ZeroMQ has lost it; a zero,
 *    that no chunk follows; any other byte grants so many chunks.
 * 4. Whoever reads the zero grants all that it has read. An end that has said and read it, and of which nothing is under
 *    way, has nothing left to do.
 *
 * Signs are not signed: whoever can put one on its way can also cut the connection. They change when something leaves, and never
 * what is believed.
 */
import { smallestFrameBytes } from '@millrace/wire'

/** The largest chunk, and so the largest message that is read at all. */
export const chunkBytes = 16_384

/** How many chunks one end of a link may have under way. */
export const windowChunks = 64

/** So many chunks are granted at once. */
export const grantChunks = 16

/**
 * How many messages of one peer ZeroMQ keeps in either direction. It notices only in steps of a half that messages were taken
 * out, and there are signs too: an honest peer never gets there.
 */
export const highWaterMark: number = 4 * windowChunks

/** Ends a link at once. */
export const lost: Buffer = Buffer.alloc(0)

/** Says that no chunk follows. */
export const noMore: Buffer = Buffer.of(0)

/** The sign that grants so many chunks. */
export function grant(chunks: number): Buffer {
  return Buffer.of(chunks)
}

/** What a message is, by its length. */
export function kindOf({ length }: Uint8Array): 'chunk' | 'lost' | 'sign' | 'nothing' {
  if (length >= smallestFrameBytes) return 'chunk'
  if (length === 0) return 'lost'
  return length === 1 ? 'sign' : 'nothing'
}

/** Cuts a frame into chunks of about the same size. */
export function chunksOf(frame: Buffer): readonly Buffer[] {
  const count = Math.ceil(frame.length / chunkBytes)
  const bytes = Math.ceil(frame.length / count)
  return Array.from({ length: count }, (_, index) => frame.subarray(index * bytes, (index + 1) * bytes))
}
