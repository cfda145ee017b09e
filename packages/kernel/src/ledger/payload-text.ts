import { JsonText } from '@millrace/contracts'

/** A payload as an entry holds it: JSON, or bytes in base64. */
export type KeptPayload = { readonly json: unknown } | { readonly bytes: string }

/** The payload as text can hold it. */
export function keepPayload(payload: unknown): KeptPayload {
  if (payload instanceof Uint8Array)
    return { bytes: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64') }
  return { json: payload instanceof JsonText ? JSON.parse(payload.text) : payload }
}

/** The payload that was kept. */
export function payloadOf(kept: KeptPayload): unknown {
  return 'bytes' in kept ? new Uint8Array(Buffer.from(kept.bytes, 'base64')) : kept.json
}
