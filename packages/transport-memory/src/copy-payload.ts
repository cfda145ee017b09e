import { JsonText, MillraceError } from '@millrace/contracts'

/**
 * The payload as it would be after a hop: bytes are copied, JSON text is read unless nobody is to read it, everything else goes
 * through JSON.
 *
 * @throws MillraceError PAYLOAD_INVALID when JSON cannot carry it: undefined, a function, a BigInt, a circle
 */
export function copyPayload(payload: unknown): unknown {
  if (payload instanceof Uint8Array) return new Uint8Array(payload)
  if (payload instanceof JsonText) return payload.unread ? payload : parsed(payload.text)
  return JSON.parse(jsonOf(payload))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson(error)
  }
}

function jsonOf(payload: unknown): string {
  try {
    const json: string | undefined = JSON.stringify(payload) // typed as never undefined, which is not so
    if (json !== undefined) return json
  } catch (error) {
    throw notJson(error)
  }
  throw notJson(undefined)
}

function notJson(cause: unknown): MillraceError {
  return new MillraceError(
    'PAYLOAD_INVALID',
    'a payload cannot be sent, because JSON cannot carry it; send objects, lists, strings, numbers, booleans and null, or bytes',
    { cause },
  )
}
