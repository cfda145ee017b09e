/** What a record is, by the byte it begins with. */
export const recordKinds = { envelope: 1, ack: 2, fail: 3, cancel: 4, mark: 5 } as const

/** Which fields of an envelope are there, and what its payload is. */
export const envelopeFlags = { ticket: 1, domain: 2, remaining: 4, trace: 8, bytes: 16 } as const

/** All bits of {@link envelopeFlags}. */
export const knownEnvelopeFlags = 31
