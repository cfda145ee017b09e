import { type ErrorCode, type Facts, MillraceError } from '@millrace/contracts'

/** Makes the error that refuses a frame. No byte of the frame is in its text: who sent it is not known yet. */
export function refusal(code: ErrorCode, detail: string, facts: Facts = {}): MillraceError {
  return new MillraceError(code, detail, { facts })
}

/** Something in a frame is not as the protocol says. */
export function malformed(what: string, facts: Facts = {}): MillraceError {
  return refusal(
    'SEC_FRAME_MALFORMED',
    `a frame cannot be decoded, because ${what}; both ends must speak the same version of the protocol`,
    facts,
  )
}

export function signatureInvalid(facts: Facts = {}): MillraceError {
  return refusal(
    'SEC_SIGNATURE_INVALID',
    'a frame was refused, because it is not signed with the key of this session; it was changed, copied from elsewhere, or its sender does not hold the key',
    facts,
  )
}

export function kindRefused(what: 'frame' | 'record', kind: number): MillraceError {
  return refusal(
    'SEC_KIND_REFUSED',
    `a signed ${what} was refused, because nothing of kind ${kind} is expected here; both ends must speak the same version of the protocol`,
    { kind },
  )
}

export function replayed(why: string): MillraceError {
  return refusal('SEC_REPLAY', `a signed frame was refused, because ${why}; it may have been recorded and sent again`)
}

export function expired(ageMs: number, ttlMs: number): MillraceError {
  return refusal(
    'SEC_EXPIRED',
    `a signed frame was refused, because it is ${Math.abs(ageMs)} ms ${ageMs < 0 ? 'ahead' : 'old'} and ${ttlMs} ms are allowed; check that both clocks agree, or raise auth.ttl_seconds`,
    { ageMs, ttlMs },
  )
}

export function handshakeFailed(why: string, facts: Facts = {}): MillraceError {
  return refusal('SEC_HANDSHAKE_FAILED', `two workers could not agree on a session, because ${why}`, facts)
}
