/** Something that came out of a program, byte for byte. */
export interface Shown {
  /** Where it came out, for people. */
  readonly where: string
  readonly bytes: Buffer
}

/** Something that must come out nowhere. */
export interface Hidden {
  /** What it is, for people. */
  readonly what: string
  /** At least {@link leastBytes} long. */
  readonly value: Buffer
  /** Tells where it may come out after all. @default nowhere */
  readonly allowed?: (where: string) => boolean
}

/** A part of a secret is a leak as well: what is looked for are its first bytes. */
const partBytes = 24
/** What is hidden is longer by two, so that base64 finds whole letters of it wherever it begins. */
export const leastBytes: number = partBytes + 2

/**
 * What is shown although it is hidden, as sentences.
 *
 * @throws RangeError for something hidden that is too short to be told from other things
 */
export function findLeaks(shown: readonly Shown[], hidden: readonly Hidden[]): readonly string[] {
  const texts = shown.map(({ where, bytes }) => ({ where, text: bytes.toString('latin1') }))
  const wanted = hidden.map((one) => ({ ...one, spellings: spellingsOf(one.value) }))
  return texts.flatMap(({ where, text }) =>
    wanted.flatMap(({ what, spellings, allowed }) => {
      if (allowed?.(where)) return []
      const found = [...spellings].filter(([, spelling]) => text.includes(spelling)).map(([name]) => name)
      return found.length === 0 ? [] : [`${what} stands in ${where} (${found.join(', ')})`]
    }),
  )
}

/** The first bytes of something in every spelling that programs write bytes in, as the latin1 of what would be written. */
function spellingsOf(value: Buffer): ReadonlyMap<string, string> {
  if (value.length < leastBytes) throw new RangeError(`only ${value.length} bytes are to be hidden`)
  const part = value.subarray(0, partBytes)
  const hex = part.toString('hex')
  // The letters of base64 stand for three bytes each four: it depends on what stands before where they begin.
  const base64 = [0, 1, 2].map((start) => value.subarray(start, start + partBytes).toString('base64'))
  const latin1 = part.toString('latin1')
  // A letter that the part cuts through is another where more bytes follow.
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true }).decode(part, { stream: true })
  return new Map([
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['hex with spaces', hex.replaceAll(/(..)(?=.)/gu, '$1 ')],
    ...base64.map((text, start) => [`base64 from byte ${start}`, text] as const),
    ...base64.map((text, start) => [`base64url from byte ${start}`, urlSafe(text)] as const),
    ['latin1', latin1],
    ['latin1 as UTF-8', written(latin1)],
    ['latin1 as JSON', written(JSON.stringify(latin1).slice(1, -1))],
    ['UTF-8', written(utf8)],
    ['UTF-8 as JSON', written(JSON.stringify(utf8).slice(1, -1))],
    ['percents', encodeURIComponent(latin1)],
    ['numbers', [...part].join(',')],
    ['numbers with spaces', [...part].join(', ')],
  ])
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}

function written(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
