import { isUtf8 } from 'node:buffer'
import { refusal } from './problem.js'

/** How deep values may be nested: far more than messages are, far less than a stack holds. */
const deepest = 128

/** A shorter text cannot be deeper than {@link deepest}. */
const shortText = 2 * deepest

/**
 * Reads a body, or a line, as JSON.
 *
 * @throws MillraceError PAYLOAD_INVALID; its message says why, and nothing of what stands there
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = asBuffer(bytes).toString('utf8')
  // Bytes that are no UTF-8 decode to this letter, as does the letter itself.
  if (text.includes('\ufffd') && !isUtf8(bytes)) throw invalid('is not UTF-8')
  return parseJsonText(text)
}

/** As {@link parseJson}, for what is text already. */
export function parseJsonText(text: string): unknown {
  if (text.length > shortText && isTooDeep(text)) throw invalid(`is nested deeper than ${deepest} levels`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Not kept as the cause: its message quotes the text.
    throw invalid('is not JSON')
  }
  if (mayHoldForbiddenKey(text) && holdsForbiddenKey(value)) throw invalid('holds a key __proto__, which is refused')
  return value
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Most texts hold no part of the key, however it is written; to look for that costs a tenth of the pattern. */
function mayHoldForbiddenKey(text: string): boolean {
  return (text.includes('__p') || text.includes('\\u00')) && forbiddenKey.test(text)
}

const forbiddenKey = /"(?:_|\\u005[fF]){2}(?:p|\\u0070)/

function holdsForbiddenKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(holdsForbiddenKey)
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 0x5c) at++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > deepest) return true
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return false
}

function invalid(why: string): Error {
  return refusal('PAYLOAD_INVALID', `the body ${why}`, { paths: [''], mistakes: [`the whole ${why}`] })
}
