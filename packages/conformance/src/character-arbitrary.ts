import fc from 'fast-check'

const surrogates = { first: 0xd800, count: 0x800 }
const lastCodePoint = 0x10_ffff

/**
 * Random characters of all of Unicode. The unit `binary` of fast-check is the same, but makes a table of a million of them
 * first, which takes a second and a hundred megabytes.
 */
export function characterArbitrary(): fc.Arbitrary<string> {
  return fc.nat({ max: lastCodePoint - surrogates.count }).map(characterOf, numberOf)
}

function characterOf(number: number): string {
  return String.fromCodePoint(number < surrogates.first ? number : number + surrogates.count)
}

/** @throws RangeError when it is no character */
function numberOf(text: unknown): number {
  const code = typeof text === 'string' ? (text.codePointAt(0) ?? -1) : -1
  const number = code < surrogates.first ? code : code - surrogates.count
  if (code < 0 || characterOf(number) !== text) throw new RangeError('it is not one character')
  return number
}
