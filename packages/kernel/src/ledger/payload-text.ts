import { JsonText } from '@millrace/contracts'

/** A payload as an entry holds it: JSON, bytes in base64, or the text that a reply leaves as. */
export type KeptPayload =
  | { readonly json: unknown }
  | { readonly bytes: string }
  | { readonly text: string; readonly unread: boolean }

/** The payload as text can hold it. */
export function keepPayload(payload: unknown): KeptPayload {
  if (payload instanceof Uint8Array)
    return { bytes: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64') }
  // As a value its fields might change places: those with names like `1` come first in any object.
  if (payload instanceof JsonText) return { text: payload.text, unread: payload.unread }
  return { json: payload }
}

/** The payload that was kept. */
export function payloadOf(kept: KeptPayload): unknown {
  if ('bytes' in kept) return new Uint8Array(Buffer.from(kept.bytes, 'base64'))
  return 'text' in kept ? new JsonText(kept.text, kept.unread) : kept.json
}
