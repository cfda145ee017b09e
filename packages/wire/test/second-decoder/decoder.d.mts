/** What was refused, and with which code of the document. */
export declare class Refused extends Error {
  readonly code: string
}

/** The payload of an envelope: a value of the JSON of its batch, or what stands in its record. */
export type SecondPayload =
  | { readonly value: unknown }
  | { readonly bytes: Buffer }
  | { readonly json: string }
  | { readonly unread: string }

/** A record; fields that are not there are left out. */
export interface SecondRecord {
  readonly kind: string
  readonly payload?: SecondPayload
  readonly [field: string]: unknown
}

export interface SecondFrame {
  readonly kind: string
  readonly ts: number
  readonly records?: readonly SecondRecord[]
  readonly [field: string]: unknown
}

export interface SecondTime {
  readonly drainedAtMs: number
  readonly nowMs: number
  readonly ttlMs: number
}

export interface SecondDirection {
  readonly key: Buffer
  readonly bodyKey: Buffer
  readonly session: Buffer
}

export declare function masterKey(secret: Uint8Array, kdf: 'none' | 'hkdf_sha256'): Buffer
export declare function linkKey(master: Uint8Array, ...slots: readonly string[]): Buffer
export declare function sessionKey(
  link: Uint8Array,
  diallersRandom: Uint8Array,
  acceptorsRandom: Uint8Array,
  sender: string,
  receiver: string,
): SecondDirection
export declare function receive(
  direction: SecondDirection,
  codes?: ReadonlySet<string>,
): (frame: Buffer, time?: SecondTime) => SecondFrame
export declare function readCapture(
  bytes: Buffer,
  master: Uint8Array,
  acceptorsRandom?: Uint8Array,
  codes?: ReadonlySet<string>,
): Iterable<SecondFrame>
