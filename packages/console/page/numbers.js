const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const one = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** What stands where nothing can be said. */
export const nothing = '–'

/** @param {number | null | undefined} value */
export function count(value) {
  if (value === null || value === undefined) return nothing
  return value >= 1_000_000 ? short.format(value) : whole.format(value)
}

/** Of something per second. @param {number | null | undefined} value */
export function rate(value) {
  if (value === null || value === undefined) return nothing
  if (value === 0) return '0/s'
  return `${value >= 100_000 ? short.format(value) : value >= 10 ? whole.format(value) : one.format(value)}/s`
}

/** @param {number | null | undefined} ms */
export function duration(ms) {
  if (ms === null || ms === undefined) return nothing
  if (ms < 0.01) return '0 ms'
  if (ms < 1) return `${ms.toFixed(2)} ms`
  if (ms < 10) return `${ms.toFixed(1)} ms`
  return ms < 1_000
    ? `${Math.round(ms)} ms`
    : ms < 60_000
      ? `${(ms / 1000).toFixed(1)} s`
      : `${Math.round(ms / 1000)} s`
}

/** @param {number | null | undefined} bytes */
export function memory(bytes) {
  return bytes === null || bytes === undefined ? nothing : `${whole.format(bytes / 2 ** 20)} MiB`
}

/** @param {number} at milliseconds since the epoch */
export function time(at) {
  return clock.format(at)
}

/** @param {number} at milliseconds since the epoch */
export function timeWithMs(at) {
  return `${clock.format(at)}.${String(Math.floor(at % 1000)).padStart(3, '0')}`
}

/**
 * @param {number} number
 * @param {string} noun
 */
export function counted(number, noun, plural = `${noun}s`) {
  return `${count(number)} ${number === 1 ? noun : plural}`
}

/** @param {readonly (number | null)[]} values */
export function sum(values) {
  return values.reduce((/** @type {number} */ total, value) => total + (value ?? 0), 0)
}
