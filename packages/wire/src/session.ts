import type { LinkRecord, SlotId } from '@millrace/contracts'

/** A worker at one end of a connection. */
export interface Party {
  readonly slot: SlotId
  /** Grows with each process in the slot. */
  readonly incarnation: number
}

/** Makes the frames of one direction. */
export interface FrameSealer {
  /** Bytes of the records in the open batch. */
  readonly pending: number
  /** How many records are in the open batch. */
  readonly records: number
  /**
   * Encodes a record into the open batch.
   *
   * @returns false when it does not fit beside what is there: seal, then add it again
   * @throws MillraceError PAYLOAD_TOO_LARGE when it does not fit an empty batch; PAYLOAD_INVALID when JSON cannot carry it.
   * The batch is then as it was
   * @throws RangeError when a number of it is none that a record can have
   */
  add(record: LinkRecord): boolean
  /**
   * Ends the open batch and begins another. It may wait for a socket that takes no more; its age begins when it is signed.
   *
   * @returns the frame to {@link sign}, as long as it will be
   */
  cut(): Buffer
  /** Signs a frame that was cut, in place; those of one session in the order in which they were cut. */
  sign(cut: Buffer): Buffer
  /** Cuts and signs. The frame stays as it is until it is given back with {@link release}. */
  seal(): Buffer
  /** The signed farewell: nothing comes after it. */
  bye(): Buffer
  /** Takes a frame back that has been written, so that its memory is used again. It is no error never to call it. */
  release(frame: Buffer): void
}

/** Judges the frames of the other direction. */
export interface FrameOpener {
  /** True once a batch under the keys of the session was accepted: the peer is who it says, and alive. */
  readonly confirmed: boolean
  /**
   * Verifies and decodes a frame; its records are handed over only when all of it is right.
   *
   * @param lastEmpty when the socket was last known to hold nothing unread, by the clock of the session, in milliseconds
   * @throws MillraceError SEC_FRAME_MALFORMED, SEC_SIGNATURE_INVALID, SEC_KIND_REFUSED, SEC_EXPIRED, SEC_REPLAY; the
   * connection must be closed then. What `onRecord` throws comes out as it is, after the frame was accepted
   */
  open(frame: Buffer, lastEmpty: number, onRecord: (record: LinkRecord) => void): 'batch' | 'bye'
}

/** What two workers have agreed on. */
export interface Session {
  readonly peer: Party
  readonly sealer: FrameSealer
  readonly opener: FrameOpener
  /** The clock of this connection: milliseconds since the epoch. */
  readonly now: () => number
}
