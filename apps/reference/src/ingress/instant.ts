const msPerMinute = 60_000
const msPerDay = 86_400_000
const daysFrom0000March1To1970 = 719_468
const daysPer400Years = 146_097

/**
 * The instant of an RFC 3339 `date-time` with a zone. No Date is made: the arithmetic is on integers.
 *
 * A leap second (`:60`) is refused, since it has no instant of its own; digits beyond the millisecond are cut off.
 *
 * @returns milliseconds since 1970-01-01T00:00:00Z; undefined for anything else
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function instantOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !hasSeparators(value)) return undefined
  const day = dayOf(twoDigits(value, 0) * 100 + twoDigits(value, 2), twoDigits(value, 5), twoDigits(value, 8))
  const time = timeOfDayMs(twoDigits(value, 11), twoDigits(value, 14), twoDigits(value, 17))
  const zone = endOfFraction(value)
  const instant = day * msPerDay + time + fractionMs(value, zone) - offsetMs(value, zone)
  return Number.isNaN(instant) ? undefined : instant
}

// Every part below is NaN where it is not what it should be, so one check at the end is enough.

function hasSeparators(text: string): boolean {
  const t = text.charCodeAt(10)
  return (
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    (t === 0x54 || t === 0x74) &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a
  )
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48
  return digit >= 0 && digit <= 9 ? digit : Number.NaN
}

function twoDigits(text: string, at: number): number {
  return digitAt(text, at) * 10 + digitAt(text, at + 1)
}

/** @see https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
function dayOf(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return Number.NaN
  const marchYear = month <= 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * daysPer400Years + dayOfEra - daysFrom0000March1To1970
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function timeOfDayMs(hour: number, minute: number, second: number): number {
  return hour <= 23 && minute <= 59 && second <= 59 ? ((hour * 60 + minute) * 60 + second) * 1000 : Number.NaN
}

/** Where the zone begins: after the seconds, or after a fraction of any length. */
function endOfFraction(text: string): number {
  if (text.charCodeAt(19) !== 0x2e) return 19
  let at = 20
  while (digitAt(text, at) >= 0) at++
  return at
}

function fractionMs(text: string, end: number): number {
  if (end === 19) return 0
  const tens = end > 21 ? digitAt(text, 21) : 0
  const units = end > 22 ? digitAt(text, 22) : 0
  return end === 20 ? Number.NaN : digitAt(text, 20) * 100 + tens * 10 + units
}

function offsetMs(text: string, at: number): number {
  const sign = text.charCodeAt(at)
  if (sign === 0x5a || sign === 0x7a) return text.length === at + 1 ? 0 : Number.NaN
  const hours = twoDigits(text, at + 1)
  const minutes = twoDigits(text, at + 4)
  const isWhole = text.length === at + 6 && text.charCodeAt(at + 3) === 0x3a && hours <= 23 && minutes <= 59
  if (!isWhole || (sign !== 0x2b && sign !== 0x2d)) return Number.NaN
  return (hours * 60 + minutes) * (sign === 0x2b ? msPerMinute : -msPerMinute)
}
