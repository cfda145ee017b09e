import { describe, expect, it } from '@jest/globals'
import { systemClock } from '@millrace/wire'
import { EmptyWatch, startConnectionClock } from '@millrace/wire/links'
import fc from 'fast-check'
import { chunkBytes, noMore, windowChunks } from './flow.js'
import { type StreamEnd, ZeromqStream } from './zeromq-stream.js'

const watch = new EmptyWatch(systemClock, 30_000)

/** A stream whose messages the test carries. */
function streamInHand() {
  const sent: Buffer[] = []
  const heard: unknown[] = []
  const ends: StreamEnd[] = []
  let drained = 0
  const stream = new ZeromqStream({
    clock: startConnectionClock(systemClock),
    watch,
    emptyAt: 0,
    reader: { unread: false },
    outlet: { send: (message) => sent.push(Buffer.from(message)), close: (end) => ends.push(end) },
  })
  stream.open(10 * 2 ** 20)
  stream.receiver = {
    frame: (frame) => heard.push(frame.length),
    refused: (error) => heard.push((error as Error).message.split(':')[0]),
    finished: () => heard.push('finished'),
    drained: () => drained++,
    gone: () => heard.push('gone'),
  }
  return { stream, sent, heard, ends, drained: () => drained }
}

type InHand = ReturnType<typeof streamInHand>

/** Carries everything that one has sent to the other. */
function carry({ sent }: InHand, { stream }: InHand): number {
  const messages = sent.splice(0)
  for (const message of messages) stream.receive(message)
  return messages.length
}

/** A frame of any content and the length it declares. */
function frameOf(bytes: number): Buffer {
  const frame = Buffer.alloc(bytes, 1)
  frame.writeUInt32BE(bytes - 4, 0)
  return frame
}

const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

describe('ZeromqStream', () => {
  it('sends no more than its window until it is granted, and says when it is idle again', () => {
    const [near, far] = [streamInHand(), streamInHand()]
    for (let frame = 0; frame < windowChunks; frame++) near.stream.write(frameOf(100))
    expect(near.stream.idle).toBe(false)
    near.stream.write(frameOf(200))
    expect(near.sent).toHaveLength(windowChunks)
    carry(near, far)
    expect(near.drained()).toBe(0)
    carry(far, near)
    expect([near.stream.idle, near.drained() > 0]).toEqual([true, true])
    carry(near, far)
    expect(far.heard.at(-1)).toBe(200)
  })

  it('is idle again before the last chunk of a frame is granted', () => {
    const [near, far] = [streamInHand(), streamInHand()]
    let taken = 0
    near.stream.write(frameOf(100))
    near.stream.write(frameOf((windowChunks - 1) * chunkBytes), () => taken++)
    near.stream.write(frameOf(100), () => taken++)
    carry(near, far)
    carry(far, near)
    carry(near, far)
    carry(far, near)
    expect([near.stream.idle, taken]).toEqual([true, 1])
  })

  it('hands over every frame of both sides and then ends both, whatever is carried when', async () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 64, max: 300 }), fc.integer({ min: 64, max: 100 * chunkBytes })),
      {
        maxLength: 40,
      },
    )
    const both = fc.asyncProperty(sizes, sizes, fc.infiniteStream(fc.boolean()), async (ofNear, ofFar, turns) => {
      const [near, far] = [streamInHand(), streamInHand()]
      for (const size of ofNear) near.stream.write(frameOf(size))
      for (const size of ofFar) far.stream.write(frameOf(size))
      near.stream.finish()
      far.stream.finish()
      for (const turn of turns) {
        if (turn) carry(near, far)
        else carry(far, near)
        if (near.ends.length + far.ends.length === 2) break
      }
      await nextTick()
      expect(near.heard).toEqual([...ofFar, 'finished', 'gone'])
      expect(far.heard).toEqual([...ofNear, 'finished', 'gone'])
      expect([near.ends, far.ends]).toEqual([['finished'], ['finished']])
    })
    await fc.assert(both, { numRuns: 50 })
  })

  it('keeps what comes while it is paused, grants nothing for it, and lets grants pass', () => {
    const [near, far] = [streamInHand(), streamInHand()]
    far.stream.pause()
    for (let frame = 0; frame < 2 * windowChunks; frame++) near.stream.write(frameOf(100))
    near.stream.finish()
    for (let frame = 0; frame < 4; frame++) far.stream.write(frameOf(100))
    carry(near, far)
    carry(far, near)
    expect([far.heard, far.sent, near.heard.length]).toEqual([[], [], 4])
    far.stream.resume()
    while (carry(far, near) + carry(near, far) > 0);
    expect(far.heard).toHaveLength(2 * windowChunks + 1)
  })

  it('SEC-IPC-10 refuses more than it has granted', () => {
    const far = streamInHand()
    far.stream.pause()
    for (let message = 0; message < windowChunks + 2; message++) far.stream.receive(frameOf(100))
    expect([far.heard, far.ends]).toEqual([['SEC_FRAME_MALFORMED'], ['lost']])
  })

  it('refuses a chunk, or another end, after the end', () => {
    const ends = [noMore, frameOf(100)].map((late) => {
      const far = streamInHand()
      far.stream.receive(noMore)
      far.stream.receive(late)
      return [far.heard, far.ends]
    })
    expect(ends).toEqual(ends.map(() => [['finished', 'SEC_FRAME_MALFORMED'], ['lost']]))
  })
})
