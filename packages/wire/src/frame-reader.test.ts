import { describe, expect, it } from '@jest/globals'
import { liveBufferBytes } from '@millrace/live-memory'
import fc from 'fast-check'
import { failureOf } from '../test/failure-of.js'
import { FrameReader } from './frame-reader.js'

const numRuns = 200 * Number(process.env.ROUNDS ?? 1)

/** Bytes that only look like a frame: the reader judges nothing but the length. */
function frameOf(length: number, fill = 1): Buffer {
  const frame = Buffer.alloc(length, fill)
  frame.writeUInt32BE(length - 4)
  return frame
}

function declaring(length: number): Buffer {
  const start = Buffer.alloc(4)
  start.writeUInt32BE(length - 4)
  return start
}

function readAll(reader: FrameReader, chunks: readonly Buffer[]): Buffer[] {
  const frames: Buffer[] = []
  for (const chunk of chunks) reader.push(chunk, (frame) => frames.push(Buffer.from(frame)))
  return frames
}

describe('FrameReader', () => {
  it('cuts a stream into its frames, wherever the chunks end', () => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 64, max: 80 }), fc.integer({ min: 64, max: 5000 })), {
      maxLength: 12,
    })
    const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3000 })), { minLength: 1 })
    const holds = fc.property(lengths, cuts, (sizes, steps) => {
      const frames = sizes.map((length, index) => frameOf(length, index + 1))
      const reader = new FrameReader({ maxFrameBytes: 5000 })
      expect(hexOf(readAll(reader, chopped(Buffer.concat(frames), steps)))).toEqual(hexOf(frames))
      expect(reader.buffered).toBe(0)
    })
    fc.assert(holds, { numRuns })
  })

  it('gives a frame that came whole as a view of what came', () => {
    const chunk = Buffer.concat([frameOf(64), frameOf(100)])
    const buffers: unknown[] = []
    new FrameReader({ maxFrameBytes: 100 }).push(chunk, (frame) => buffers.push(frame.buffer))
    expect(buffers).toEqual([chunk.buffer, chunk.buffer])
  })

  it('takes a frame as long as the limit', () => {
    expect(readAll(new FrameReader({ maxFrameBytes: 100 }), [frameOf(100)])).toHaveLength(1)
  })

  it.each([
    ['in one chunk with its body', [Buffer.concat([declaring(101), Buffer.alloc(97)])]],
    ['as soon as the length is there', [declaring(101)]],
    ['when the length comes byte by byte', [...declaring(2 ** 32 + 3)].map((byte) => Buffer.of(byte))],
    ['behind a good frame', [Buffer.concat([frameOf(64), declaring(101)])]],
  ])('SEC-IPC-05 refuses a frame that declares more than the limit, %s, and keeps nothing of it', (_name, chunks) => {
    const reader = new FrameReader({ maxFrameBytes: 100 })
    expect(failureOf(() => readAll(reader, chunks))).toMatchObject({
      code: 'SEC_FRAME_TOO_LARGE',
      facts: { maxFrameBytes: 100 },
    })
    expect(reader.buffered).toBeLessThanOrEqual(4)
  })

  it('SEC-IPC-02 refuses a frame that is too short to be signed', () => {
    expect(failureOf(() => readAll(new FrameReader({ maxFrameBytes: 100 }), [declaring(63)]))).toMatchObject({
      code: 'SEC_FRAME_MALFORMED',
    })
    expect(failureOf(() => readAll(new FrameReader({ maxFrameBytes: 100 }), [declaring(4)]))).toMatchObject({
      code: 'SEC_FRAME_MALFORMED',
    })
  })

  it('a new limit counts from the next frame of the same chunk', () => {
    const reader = new FrameReader({ maxFrameBytes: 64 })
    const lengths: number[] = []
    reader.push(Buffer.concat([frameOf(64), frameOf(500)]), (frame) => {
      lengths.push(frame.length)
      reader.setLimit(500)
    })
    expect(lengths).toEqual([64, 500])
  })

  it('SEC-IPC-10 keeps no more memory than has come, whatever was declared', () => {
    const limit = 64 * 1024 * 1024
    const before = liveBufferBytes()
    const readers = Array.from({ length: 50 }, () => new FrameReader({ maxFrameBytes: limit }))
    for (const reader of readers) reader.push(declaring(limit), () => undefined)
    for (const reader of readers) reader.push(Buffer.alloc(1000), () => undefined)
    expect(readers.map((reader) => reader.buffered)).toEqual(readers.map(() => 1004))
    expect(liveBufferBytes() - before).toBeLessThan(1024 * 1024)
  })

  it('forgets a large frame that it has handed over', () => {
    const reader = new FrameReader({ maxFrameBytes: 1_000_000 })
    const frame = frameOf(1_000_000)
    expect(hexOf(readAll(reader, chopped(frame, [65_536])))).toEqual(hexOf([frame]))
    expect(reader.buffered).toBe(0)
  })
})

/** Texts, which are compared much faster than buffers. */
function hexOf(frames: readonly Buffer[]): string[] {
  return frames.map((frame) => frame.toString('hex'))
}

function chopped(bytes: Buffer, steps: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const step = steps[turn % steps.length] ?? 1
    chunks.push(bytes.subarray(at, at + step))
    at += step
  }
  return chunks
}
