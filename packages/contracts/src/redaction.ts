/** What stands in the place of something that must not be seen. */
export const redacted = '[redacted]'

/** Takes secrets out of anything that is about to be logged, sent or shown. */
export interface Redactor {
  /** Makes a secret known: from now on its bytes are taken out of every text, in hex, base64, base64url, latin1 and UTF-8. */
  protect(secret: Uint8Array): void
  /** The text without any protected secret. */
  text(text: string): string
  /**
   * A copy of the value with every text cleaned, and with the values of keys that name a secret taken out whole. What neither JSON
   * nor another process takes stands there as text.
   */
  value(value: unknown): unknown
}

const secretKey =
  /secret|password|passwd|passphrase|token|authorization|cookie|credential|(?:api|private|access|signing)[-_]?key$/i

/** Tells whether what stands under a key may be a secret, which no text may show. */
export function looksSecret(key: string): boolean {
  return secretKey.test(key)
}

const maxDepth = 8

/** Makes a redactor that knows no secret yet; keys that name one are taken out from the beginning. */
export function createRedactor(): Redactor {
  /** Longest first: a secret that begins like another is taken out whole. */
  let forms: readonly string[] = []

  function text(given: string): string {
    let clean = given
    for (const form of forms) clean = clean.replaceAll(form, redacted)
    return clean
  }

  function visit(given: unknown, depth: number): unknown {
    if (typeof given === 'string') return text(given)
    if (typeof given === 'bigint') return given.toString()
    if (typeof given === 'function' || typeof given === 'symbol') return `[${typeof given}]`
    if (typeof given !== 'object' || given === null) return given
    if (depth >= maxDepth) return redacted
    if (ArrayBuffer.isView(given)) return `[${given.byteLength} bytes]`
    if (Array.isArray(given)) return given.map((item) => visit(item, depth + 1))
    return Object.fromEntries(
      Object.entries(given).map(([key, item]) => [text(key), looksSecret(key) ? redacted : visit(item, depth + 1)]),
    )
  }

  return {
    protect(secret) {
      const all = new Set([...forms, ...formsOf(secret).filter((form) => form.length >= minimumForm)])
      forms = [...all].sort((one, other) => other.length - one.length)
    },
    text,
    value: (given) => visit(given, 0),
  }
}

/** Shorter forms would take ordinary words out of every text. */
const minimumForm = 8

function formsOf(secret: Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString('hex')
  const base64 = bytes.toString('base64')
  const text = bytes.toString('utf8')
  return [
    hex,
    hex.toUpperCase(),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('latin1'),
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
  ]
}
