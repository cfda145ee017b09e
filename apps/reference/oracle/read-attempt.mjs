// @ts-check
import { isUtf8 } from 'node:buffer'
import { maxLineBytes } from './frame-lines.mjs'

/** @import { Reading, Reason } from './oracle.d.mts' */

/** Digits only, no sign, once the string is trimmed. */
const idPattern = /^[0-9]{1,15}$/

/** Written so that no run of spaces can be split in two ways: a line of a megabyte of spaces stays cheap. */
const amountPattern = /^ *(?:USD *(?:\$ *)?|\$ *(?:USD *)?)?([0-9]+)(?:\.([0-9]{1,2}))? *$/

const timePattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))$/

/**
 * Reads one line. The first fault in the order of the README gives the reason.
 *
 * @param {Buffer} line without its line end
 * @returns {Reading}
 */
export function readAttempt(line) {
  if (line.length > maxLineBytes) return malformed('LINE_TOO_LONG')
  if (isBlank(line)) return { kind: 'blank' }
  if (!isUtf8(line)) return malformed('UTF8_INVALID')

  const value = parseJson(line.toString('utf8'))
  if (value === undefined) return malformed('MALFORMED_JSON')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed('NOT_AN_OBJECT')

  const fields = /** @type {Record<string, unknown>} */ (value)
  const id = readId(fields.id)
  const customerId = readId(fields.customer_id)
  const cents = readCents(fields.load_amount)
  const instantMs = readInstantMs(fields.time)

  if (id === undefined) return malformed('ID_INVALID', '', customerId)
  if (customerId === undefined) return malformed('CUSTOMER_ID_INVALID', id, '')
  if (cents === undefined) return malformed('AMOUNT_INVALID', id, customerId)
  if (instantMs === undefined) return malformed('TIME_INVALID', id, customerId)
  return { kind: 'attempt', attempt: { id, customerId, cents, instantMs } }
}

/**
 * @param {Reason} reason
 * @returns {Reading}
 */
function malformed(reason, id = '', customerId = '') {
  return { kind: 'malformed', id, customerId, reason }
}

/** @param {Buffer} line */
function isBlank(line) {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}

/**
 * @param {string} text
 * @returns {unknown} undefined when the text is not JSON
 */
function parseJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @param {unknown} value */
function readId(value) {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value !== 'string') return undefined
  const trimmed = value.trim()
  return idPattern.test(trimmed) ? trimmed : undefined
}

/** @param {unknown} value */
function readCents(value) {
  const match = typeof value === 'string' ? amountPattern.exec(value) : null
  if (!match) return undefined
  const [, whole = '', decimals = ''] = match
  const digits = (whole + decimals.padEnd(2, '0')).replace(/^0+/, '')
  // 2^53 - 1 has 16 digits. Numbers of 16 digits stay below 2^54, where a double still tells 2^53 - 1 from the next.
  const cents = digits.length > 16 ? Number.POSITIVE_INFINITY : Number(digits)
  return Number.isSafeInteger(cents) ? cents : undefined
}

/** @param {unknown} value */
function readInstantMs(value) {
  const match = typeof value === 'string' ? timePattern.exec(value) : null
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = 0, offsetMinute = 0] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined

  const midnight = midnightMs(Number(year), Number(month), Number(day))
  if (midnight === undefined) return undefined
  const timeMs = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000
  const fractionMs = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000
  return midnight + timeMs + fractionMs - (sign === '-' ? -offsetMs : offsetMs)
}

/**
 * Midnight UTC of a date, or undefined when the calendar has no such date.
 * @param {number} year
 * @param {number} month 1-12
 * @param {number} day
 */
function midnightMs(year, month, day) {
  // Not Date.UTC: it takes the years 0-99 for 1900-1999.
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}
