/**
 * The sending half of a link: records → batches → signed frames → the stream.
 *
 * 1. Records of one loop turn share a batch, and with it one signature and one write. A batch that is large enough leaves at
 *    once, so that both ends work at the same time; one that is full does even when the stream takes no more.
 * 2. While at most one envelope is under way nobody else's record would come in time to share the batch: it leaves at the
 *    next tick. Otherwise it leaves when the streams of this turn have been read.
 * 3. While the stream holds something that was not taken, nothing is signed: batches are cut and wait, and get
 *    the time of the moment at which they really leave.
 * 4. The farewell leaves after all of them, then the stream is finished.
 */
import type { LinkRecord } from '@millrace/contracts'
import { batchBytes } from '../batch-encoder.js'
import type { FrameSealer } from '../session.js'
import type { FrameStream } from './frame-stream.js'
import { createHeadedQueue } from './headed-queue.js'

/**
 * A batch that has grown this large, and holds such a share of what is under way, leaves while the turn goes on, if the stream
 * takes it: the peer begins with it while the rest is being made. Smaller ones cost more signatures and writes than that gains.
 */
const earlyBytes = 4096
const earlyShare = 2

/** What a frame writer is made of. */
export interface FrameWriterParts {
  readonly stream: Pick<FrameStream, 'idle' | 'write' | 'finish'>
  readonly sealer: FrameSealer
  /** Hears of each batch how many records it holds. */
  readonly onBatch: ((records: number) => void) | undefined
}

type Flush = 'none' | 'scheduled' | 'when_taken'

/** Writes what a link sends. */
export class FrameWriter {
  /** Resolves when the farewell was taken, or everything was dropped. */
  readonly done: Promise<void>
  readonly #stream: FrameWriterParts['stream']
  readonly #sealer: FrameSealer
  readonly #onBatch: FrameWriterParts['onBatch']
  readonly #cuts = createHeadedQueue<Buffer>()
  /** Frames that the stream still reads from, the oldest first. */
  readonly #writing = createHeadedQueue<Buffer>()
  readonly #flush = (): void => this.#onTurn()
  readonly #taken = (): void => this.#onTaken()
  #settle: () => void = () => undefined
  #phase: 'open' | 'closing' | 'shut' = 'open'
  #due: Flush = 'none'

  constructor({ stream, sealer, onBatch }: FrameWriterParts) {
    this.#stream = stream
    this.#sealer = sealer
    this.#onBatch = onBatch
    this.done = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /**
   * Adds a record to the open batch; `flushSoon` says when that leaves.
   *
   * @throws MillraceError PAYLOAD_TOO_LARGE, PAYLOAD_INVALID; nothing of it is sent then
   */
  add(record: LinkRecord): void {
    if (this.#sealer.add(record)) return
    this.#cut()
    this.#pump()
    this.#sealer.add(record)
  }

  /** @param underWay how many envelopes of the link are not acknowledged, this one included */
  flushSoon(underWay: number): void {
    const { pending, records } = this.#sealer
    if (pending >= batchBytes || (pending >= earlyBytes && records * earlyShare >= underWay && this.#stream.idle)) {
      this.#cut()
      this.#pump()
    } else if (this.#due === 'none') this.#schedule(underWay <= 1)
  }

  /** Sends what waits, and the farewell. May be called more than once. */
  close(): void {
    if (this.#phase !== 'open') return
    this.#phase = 'closing'
    this.#cutPending()
    this.#pump()
  }

  /** The stream may be idle again. */
  drained(): void {
    if (this.#due === 'when_taken' && this.#stream.idle) {
      this.#due = 'none'
      this.#cutPending()
    }
    this.#pump()
  }

  /** The stream is gone: nothing more leaves. */
  drop(): void {
    this.#phase = 'shut'
    this.#cuts.clear()
    this.#writing.clear()
    this.#settle()
  }

  #schedule(alone: boolean): void {
    this.#due = 'scheduled'
    if (alone) process.nextTick(this.#flush)
    else setImmediate(this.#flush)
  }

  #onTurn(): void {
    this.#due = 'none'
    if (this.#phase !== 'open') return
    if (!this.#stream.idle) {
      this.#due = 'when_taken'
      return
    }
    this.#cutPending()
    this.#pump()
  }

  #onTaken(): void {
    const written = this.#writing.shift()
    if (written !== undefined) this.#sealer.release(written)
    this.drained()
  }

  #cutPending(): void {
    if (this.#sealer.records > 0) this.#cut()
  }

  #cut(): void {
    this.#onBatch?.(this.#sealer.records)
    this.#cuts.push(this.#sealer.cut())
  }

  #pump(): void {
    while (this.#cuts.length > 0 && this.#stream.idle) {
      const cut = this.#cuts.shift()
      if (cut !== undefined) this.#write(this.#sealer.sign(cut))
    }
    if (this.#phase === 'closing' && this.#cuts.length === 0 && this.#stream.idle) this.#sayBye()
  }

  #write(frame: Buffer): void {
    this.#writing.push(frame)
    this.#stream.write(frame, this.#taken)
  }

  #sayBye(): void {
    this.#phase = 'shut'
    this.#stream.write(this.#sealer.bye(), this.#settle)
    this.#stream.finish()
  }
}
