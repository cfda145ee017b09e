const space = 0x20
const dollar = 0x24
const point = 0x2e
const zero = 0x30
const maxWholeUnits = Math.floor(Number.MAX_SAFE_INTEGER / 100)

/**
 * The whole cents of a `load_amount` such as `$3318.47`, `USD 5` or `USD$ 0.5`, computed without floating point.
 *
 * @returns undefined for a value of any other form, a negative one, or one above 2^53 − 1 cents
 */
export function centsOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const end = endOfContent(value)
  const wholeStart = skipPrefix(value, skipSpaces(value, 0))
  const wholeEnd = skipDigits(value, wholeStart)
  if (wholeEnd === wholeStart) return undefined
  const whole = wholeUnits(value, wholeStart, wholeEnd)
  const fraction = wholeEnd === end ? 0 : fractionCents(value, wholeEnd, end)
  if (whole === undefined || fraction === undefined) return undefined
  const cents = whole * 100 + fraction
  return Number.isSafeInteger(cents) ? cents : undefined
}

/** `USD` and `$`, each at most once, in either order, each with spaces after it. */
function skipPrefix(text: string, start: number): number {
  const afterUsd = skipUsd(text, start)
  if (afterUsd !== start) return skipDollar(text, afterUsd)
  const afterDollar = skipDollar(text, start)
  return afterDollar === start ? start : skipUsd(text, afterDollar)
}

function skipUsd(text: string, at: number): number {
  return text.startsWith('USD', at) ? skipSpaces(text, at + 3) : at
}

function skipDollar(text: string, at: number): number {
  return text.charCodeAt(at) === dollar ? skipSpaces(text, at + 1) : at
}

function skipSpaces(text: string, start: number): number {
  let at = start
  while (text.charCodeAt(at) === space) at++
  return at
}

function skipDigits(text: string, start: number): number {
  let at = start
  while (isDigit(text.charCodeAt(at))) at++
  return at
}

function endOfContent(text: string): number {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === space) end--
  return end
}

function wholeUnits(text: string, start: number, end: number): number | undefined {
  let units = 0
  for (let at = start; at < end; at++) {
    units = units * 10 + text.charCodeAt(at) - zero
    if (units > maxWholeUnits) return undefined
  }
  return units
}

/** The point and one or two digits up to the end; `.5` is 50 cents. */
function fractionCents(text: string, start: number, end: number): number | undefined {
  const digits = end - start - 1
  if (text.charCodeAt(start) !== point || digits < 1 || digits > 2) return undefined
  if (skipDigits(text, start + 1) !== end) return undefined
  const tenths = text.charCodeAt(start + 1) - zero
  return digits === 1 ? tenths * 10 : tenths * 10 + text.charCodeAt(start + 2) - zero
}

function isDigit(code: number): boolean {
  return code >= zero && code <= zero + 9
}
