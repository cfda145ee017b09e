import { describe, expect, it } from '@jest/globals'
import type { LinkRecord } from '@millrace/contracts'
import { envelope, ticketsOf } from '@millrace/link-tests'
import { metSessions } from '../../test/met.js'
import { FrameWriter } from './frame-writer.js'

/** A writer, a socket whose kernel takes bytes when the test says so, and the peer that reads them. */
function writerWithSocket({ takesAtOnce = true } = {}) {
  const { near, far } = metSessions()
  const frames: Buffer[] = []
  const waiting: (() => void)[] = []
  let finished = false
  const it = { room: 1 }
  const socket = {
    get idle() {
      return waiting.length < it.room
    },
    write(frame: Buffer, taken: () => void = () => undefined) {
      frames.push(Buffer.from(frame))
      if (takesAtOnce) process.nextTick(taken)
      else waiting.push(taken)
    },
    finish() {
      finished = true
    },
  }
  const writer = new FrameWriter({ stream: socket, sealer: near.sealer, onBatch: undefined })
  const opened: LinkRecord[] = []
  return Object.assign(it, {
    writer,
    frames,
    sealer: near.sealer,
    finished: () => finished,
    send(ticket: number, { underWay = 8, payload = { n: ticket } as unknown } = {}) {
      writer.add(envelope(ticket, payload))
      writer.flushSoon(underWay)
    },
    takes: () => waiting.shift()?.(),
    /** What the peer makes of the frames; a farewell is 'bye'. */
    read: () =>
      frames.splice(0).map((frame) => {
        opened.length = 0
        const kind = far.opener.open(frame, far.now(), (record) => opened.push(record))
        return kind === 'bye' ? kind : ticketsOf(opened)
      }),
  })
}

const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const large = 'x'.repeat(30_000)

describe('FrameWriter', () => {
  it('sends the records of one turn in one batch', async () => {
    const { send, read, frames } = writerWithSocket()
    for (const ticket of [1, 2, 3]) send(ticket)
    await tick()
    expect(frames).toHaveLength(0)
    await turn()
    expect(read()).toEqual([[1, 2, 3]])
  })

  it('sends at the next tick what is alone', async () => {
    const { send, read } = writerWithSocket()
    send(1, { underWay: 1 })
    send(2, { underWay: 1 })
    await tick()
    expect(read()).toEqual([[1, 2]])
  })

  it('sends a batch at once when it is full, and nothing empty afterwards', async () => {
    const { send, read } = writerWithSocket()
    for (const ticket of [1, 2, 3]) send(ticket, { payload: large, underWay: 1000 })
    expect(read()).toEqual([[1, 2, 3]])
    await turn()
    expect(read()).toEqual([])
  })

  it('sends a batch while the turn goes on that is worth a write and a good share of what is under way', async () => {
    const { send, read } = writerWithSocket()
    const middling = 'x'.repeat(2200)
    send(1, { payload: middling, underWay: 4 })
    expect(read()).toEqual([])
    send(2, { payload: middling, underWay: 4 })
    expect(read()).toEqual([[1, 2]])
    for (const ticket of [3, 4, 5]) send(ticket, { payload: middling, underWay: 8 })
    expect(read()).toEqual([])
    send(6, { payload: middling, underWay: 8 })
    send(7)
    expect(read()).toEqual([[3, 4, 5, 6]])
    await turn()
    expect(read()).toEqual([[7]])
  })

  it('sends what waits before a record that does not fit beside it', async () => {
    const { send, read } = writerWithSocket()
    send(1)
    send(2, { payload: 'y'.repeat(1_000_000) })
    expect(read()).toEqual([[1], [2]])
  })

  it('LINK-02 lets a small record leave beside large ones: nothing waits for more than its batch', async () => {
    const { writer, send, read } = writerWithSocket()
    send(1, { payload: large, underWay: 1000 })
    writer.add({ kind: 'ack', ranges: [[0, 7]] })
    writer.flushSoon(1000)
    send(2, { payload: large, underWay: 1000 })
    await turn()
    expect(read()).toEqual([[1, 2]])
  })

  it('BLOCKED-LOOP-01 signs nothing while the socket is full, and each batch when it leaves', async () => {
    const { send, read, frames, takes } = writerWithSocket({ takesAtOnce: false })
    send(0)
    await turn()
    for (let ticket = 1; ticket <= 7; ticket++) send(ticket, { payload: large })
    await turn()
    expect(frames).toHaveLength(1)
    const before = Date.now()
    // The clock of the session began at a whole millisecond, so that it may be one behind.
    while (Date.now() <= before + 1) await turn()
    takes()
    expect(Number(frames[1]?.readBigUInt64BE(8))).toBeGreaterThan(before)
    takes()
    takes()
    takes()
    expect(read()).toEqual([[0], [1, 2, 3], [4, 5, 6], [7]])
  })

  it('collects the records of a full socket into batches, however many turns pass', async () => {
    const { send, read, takes } = writerWithSocket({ takesAtOnce: false })
    for (let ticket = 0; ticket < 5; ticket++) {
      send(ticket)
      await turn()
    }
    takes()
    takes()
    expect(read()).toEqual([[0], [1, 2, 3, 4]])
  })

  it('goes on when the stream is idle again before it has told what was taken', async () => {
    const it = writerWithSocket({ takesAtOnce: false })
    it.send(1)
    await turn()
    it.send(2)
    await turn()
    it.writer.drained()
    expect(it.read()).toEqual([[1]])
    it.room++
    it.writer.drained()
    expect(it.read()).toEqual([[2]])
  })

  it('says farewell after everything, once, and finishes the socket', async () => {
    const it = writerWithSocket({ takesAtOnce: false })
    it.send(0)
    await turn()
    for (const ticket of [1, 2, 3, 4]) it.send(ticket, { payload: large })
    it.writer.close()
    it.writer.close()
    expect(it.finished()).toBe(false)
    for (let write = 0; write < 4; write++) it.takes()
    await it.writer.done
    expect(it.read()).toEqual([[0], [1, 2, 3], [4], 'bye'])
    expect(it.finished()).toBe(true)
  })

  it('is done when its socket is gone', async () => {
    const { writer, send, frames } = writerWithSocket({ takesAtOnce: false })
    send(0)
    await turn()
    send(1)
    writer.drop()
    await writer.done
    await turn()
    expect(frames).toHaveLength(1)
  })

  it('leaves a batch as it was when a record cannot be sent', async () => {
    const { send, read } = writerWithSocket()
    send(1)
    expect(() => send(2, { payload: 'z'.repeat(1_100_000) })).toThrow('PAYLOAD_TOO_LARGE: ')
    expect(() => send(3, { payload: 1n })).toThrow('PAYLOAD_INVALID: ')
    send(4)
    await turn()
    expect(read()).toEqual([[1, 4]])
  })
})
