// @ts-check
/** @import { Attempt } from './attempts.mjs' */
/** @import { Random } from './random.mjs' */

const offsets = [330, -480, 840, -720, 60, -60, 345, 1439, -1439, 0, 120, -210]
const prefixes = ['$', 'USD', 'USD$ ', 'USD $', '$USD', '$ USD ', '', ' ', ' $ ', ' USD  $  ']

const extras = [
  '"note":"caffè ☕ за 500 ₽ 日本語 🎉"',
  '"meta":{"channel":"web","tags":["a",["b",{"id":"0","time":null}]],"nested":{"load_amount":"$1.00"}}',
  '"name":"O\\u0027Brien \\ud83d\\ude00","ok":true,"score":-1.5e-3',
  '"ID":"1","Id":2,"load_Amount":"$0.01"',
  '"\ufeffmark":"\ufeff","empty":"","list":[]',
]

/**
 * A well-formed line for an attempt, in one of the many ways to write it.
 *
 * @param {Attempt} attempt
 * @param {Random} random
 */
export function writeLine({ id, customerId, cents, instantMs }, random) {
  const fields = [
    `"id":${idText(id, random)}`,
    `"customer_id":${idText(customerId, random)}`,
    `"load_amount":"${amountText(cents, random)}"`,
    `"time":"${timeText(instantMs, random)}"`,
  ]
  if (random.chance(0.85)) return `{${fields.join(',')}}`
  return unusualObject(fields, random)
}

/**
 * @param {string[]} fields
 * @param {Random} random
 */
function unusualObject(fields, random) {
  const [id = '', customer = '', amount = '', time = ''] = fields
  const extra = random.pick(extras)
  switch (random.below(8)) {
    case 0:
      return ` { ${fields.join(' ,\t')} } `
    case 1:
      return `{${time},${amount},${extra},${customer},${id}}`
    case 2:
      return `{"id":"0","time":false,${fields.join(',')}}`
    case 3:
      return `{"\\u0069d"${id.slice(4)},"customer\\u005fid"${customer.slice(13)},${extra},${amount},${time}}`
    case 4:
      return `{"__proto__":{"id":"1"},"constructor":null,${fields.join(',')}}`
    case 5:
      return `\t{${fields.join(',\r')}\r}`
    default:
      return `{${fields.join(',')},${extra}}`
  }
}

/**
 * @param {string} id
 * @param {Random} random
 */
function idText(id, random) {
  const kind = random.below(100)
  const isPlainNumber = String(Number(id)) === id
  if (id.length > 15 || id.startsWith('-') || (kind < 10 && isPlainNumber)) return numberText(id, random)
  if (kind < 13) return `"${' '.repeat(random.below(3))}${id} "`
  if (kind === 13) return `"\\t${id}\\u00a0"`
  return `"${id}"`
}

/**
 * @param {string} digits
 * @param {Random} random
 */
function numberText(digits, random) {
  if (random.chance(0.9)) return digits
  return random.chance(0.5) ? `${digits}.0` : `${digits}e0`
}

/**
 * @param {number} cents
 * @param {Random} random
 */
export function amountText(cents, random) {
  const whole = Math.floor(cents / 100)
  const rest = `${cents % 100}`.padStart(2, '0')
  if (random.chance(0.7)) return `$${whole}.${rest}`
  const zeros = random.chance(0.1) ? '000' : ''
  const after = random.chance(0.1) ? '  ' : ''
  return `${random.pick(prefixes)}${zeros}${whole}${decimals(rest, random)}${after}`
}

/**
 * @param {string} rest two digits
 * @param {Random} random
 */
function decimals(rest, random) {
  if (random.chance(0.5)) return `.${rest}`
  if (rest === '00') return ''
  return rest.endsWith('0') ? `.${rest.slice(0, 1)}` : `.${rest}`
}

/**
 * @param {number} instantMs
 * @param {Random} random
 */
export function timeText(instantMs, random) {
  if (random.chance(0.75)) return withShortFraction(`${isoText(instantMs)}Z`)
  const kind = random.below(10)
  if (kind === 0) return withShortFraction(`${isoText(instantMs)}z`).replace('T', 't')
  if (kind === 1) return `${isoText(instantMs)}000Z`
  if (kind === 2) return `${isoText(instantMs)}999999999-00:00`
  const offset = random.pick(offsets)
  return withShortFraction(`${isoText(instantMs + offset * 60_000)}${offsetText(offset)}`)
}

/** @param {number} ms */
function isoText(ms) {
  return new Date(ms).toISOString().slice(0, -1)
}

/**
 * Takes off the zeros of the fraction that say nothing.
 * @param {string} time
 */
function withShortFraction(time) {
  return time.replace(/\.000|(?<=\.[1-9])00/, '')
}

/** @param {number} minutes */
function offsetText(minutes) {
  const size = Math.abs(minutes)
  const hour = `${Math.floor(size / 60)}`.padStart(2, '0')
  const minute = `${size % 60}`.padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${hour}:${minute}`
}
