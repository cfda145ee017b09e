/**
 * The body of a batch:
 *
 *     0      4  length of the records
 *     4      n  records
 *     4 + n  …  JSON array of what the records need of it, in their order; nothing where they need none
 *
 * One array, because a hundred small texts cost far more to write, to read and to parse than one that holds them all.
 */

/** Bytes before the first record of a batch. */
export const recordsLengthBytes = 4

/** What a record is, by the byte it begins with. */
export const recordKinds = { envelope: 1, ack: 2, fail: 3, cancel: 4, mark: 5 } as const

/**
 * What an envelope has. Without `bytes` and `json` its payload is the next element of the array. `sameDomain` and `sameOrigin`
 * stand for the text: it is that of the envelope (or mark, for a domain) before.
 */
export const envelopeFlags = {
  ticket: 1,
  domain: 2,
  remaining: 4,
  trace: 8,
  bytes: 16,
  json: 32,
  sameDomain: 64,
  sameOrigin: 128,
} as const

/** Both flags together: JSON that its receiver passes on as it is. */
export const unreadJson: number = envelopeFlags.bytes | envelopeFlags.json

/** What a mark has. */
export const markFlags = { sameDomain: 64 } as const
