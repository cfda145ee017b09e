import type { LinkRecord } from '@millrace/contracts'
import { BatchEncoder } from './batch-encoder.js'
import { type FrameKind, smallestFrameBytes, writeHeader } from './frame-layout.js'
import { FrameSigner } from './frame-signer.js'
import type { DirectionKey } from './key-schedule.js'
import type { FrameSealer } from './session.js'

/** What the sending direction of a session is made of. */
export interface SealerParts {
  readonly direction: DirectionKey
  readonly maxFrameBytes: number
  /** The clock of the session. */
  readonly now: () => number
}

/** Signs batches: one signature for all records of a flush. */
export class Sealer implements FrameSealer {
  readonly #signer: FrameSigner
  readonly #batch: BatchEncoder
  readonly #now: () => number
  readonly #nonce: { readonly sessionHigh: number; readonly sessionLow: number; counter: number }

  constructor({ direction, maxFrameBytes, now }: SealerParts) {
    this.#signer = new FrameSigner(direction)
    this.#batch = new BatchEncoder(maxFrameBytes)
    this.#now = now
    this.#nonce = { ...direction.session, counter: 0 }
  }

  get pending(): number {
    return this.#batch.pending
  }

  get records(): number {
    return this.#batch.records
  }

  add(record: LinkRecord): boolean {
    return this.#batch.add(record)
  }

  cut(): Buffer {
    return this.#batch.close()
  }

  sign(cut: Buffer): Buffer {
    return this.#signed('batch', cut)
  }

  seal(): Buffer {
    return this.sign(this.cut())
  }

  bye(): Buffer {
    return this.#signed('bye', Buffer.allocUnsafeSlow(smallestFrameBytes))
  }

  release(frame: Buffer): void {
    this.#batch.release(frame)
  }

  #signed(kind: FrameKind, frame: Buffer): Buffer {
    this.#nonce.counter++
    writeHeader(frame, kind, Math.floor(this.#now()), this.#nonce)
    this.#signer.sign(frame)
    return frame
  }
}
