// @ts-check
/** @import { Random } from './random.mjs' */

/**
 * @typedef {object} Attempt
 * @property {string} id as the application compares it
 * @property {string} customerId likewise
 * @property {number} cents
 * @property {number} instantMs
 */

const dayMs = 86_400_000
/** 2000-01-01, a Saturday. */
const firstDay = 10_957

/** Known primes, products of two primes that fool weak tests, and their neighbours; each is used as an id once. */
const notableIds = [
  ...['0', '1', '2', '3', '4', '5', '007', '7', '9', '11', '25', '49', '121', '561', '1105', '2047', '3277', '7919'],
  ...['0002047', '65537', '1373653', '25326001', '2147483647', '4294967297', '3215031751', '2152302898747'],
  ...['3474749660383', '341550071728321', '999999999989', '999999999999989', '999999999999999'],
  ...['9007199254740881', '9007199254740991', '9007199254740990', '-7', '-1'],
]

/** Amounts at the limits and one cent beside them. */
const borderCents = [500_000, 499_999, 500_001, 250_000, 250_001, 0, 1, 2_000_000, 2_000_001]
const primeBorderCents = [999_900, 999_901, 999_899, 499_950, 499_951, 499_949, 500_000]
/** The ends of the calendar, both sides of 1970, a leap day; a day within the years 0-9999, so that any zone can write them. */
const farInstantsMs = [-62_167_132_800_000, 253_402_214_399_999, -1, 0, -86_400_000, 951_868_799_999, 4_107_542_400_000]
const vastCents = [9_007_199_254_740_991, 4_503_599_627_370_496, 10_000_000_000]

/**
 * Well-formed attempts for ever, each with an id of its own, roughly in order of time.
 * The business grows: day n after 2000-01-01 has 200 + 10 n attempts, 4,000 at most.
 *
 * @param {Random} random
 * @returns {Generator<Attempt, never, undefined>}
 */
export function* attempts(random) {
  const ids = createIds(random)
  for (let n = 0; ; n += 1) {
    const day = firstDay + n
    const size = Math.min(4000, 200 + 10 * n)
    const arrivals = scriptedArrivals(day, ids)
    for (let made = 0; made < size; made += 1) arrivals.push(randomArrival(day, size, ids, random))
    arrivals.sort((left, right) => left.atMs - right.atMs)
    for (const { attempt } of arrivals) yield attempt
  }
}

/**
 * @typedef {{ atMs: number, attempt: Attempt }} Arrival `atMs` is when the line is written, within the day
 * @typedef {{ next: () => string, composite: () => string }} Ids
 */

/**
 * @param {Random} random
 * @returns {Ids}
 */
function createIds(random) {
  let serial = 1000
  let notable = 0

  function next() {
    if (notable < notableIds.length && random.chance(0.02)) return notableIds[notable++] ?? ''
    serial += 1 + random.below(9)
    const kind = random.below(200)
    // The same number with zeros before it is another id; the number itself is usually taken, too.
    if (kind === 0) return `0${serial - random.below(5)}`
    if (kind === 1) return `0000${serial}`.slice(-15)
    if (kind === 2) return `${100_000_000_000_000 + random.below(900_000_000_000_000)}`
    if (kind === 3) return `${1_000_000_000_000_000 + random.below(8_000_000_000_000_000)}`
    return `${serial}`
  }

  /** An even id, so that no rule about primes touches the attempt. */
  function composite() {
    serial += 2 - (serial % 2)
    return `${serial}`
  }

  return { next, composite }
}

/**
 * @param {number} day
 * @param {number} size how many attempts the day has
 * @param {Ids} ids
 * @param {Random} random
 * @returns {Arrival}
 */
function randomArrival(day, size, ids, random) {
  const atMs = random.chance(0.7) ? random.below(86_400) * 1000 : random.below(dayMs)
  // A few lines come late, out of earlier days and weeks.
  const lateMs = random.chance(0.01) ? random.below(4 * dayMs) : 0
  const id = ids.next()
  const customer = random.below(Math.ceil(size / 2.2))
  const cents = randomCents(id, customer, random)
  const instantMs = random.chance(0.002) ? random.pick(farInstantsMs) : day * dayMs + atMs - lateMs
  return { atMs, attempt: { id, customerId: customerIdOf(customer), cents, instantMs } }
}

/** @param {number} customer its number, from 0 */
function customerIdOf(customer) {
  if (customer % 50 === 7) return `00${100 + customer}`
  // The neighbour of the one above without the zeros: two customers that must not be taken for one.
  if (customer % 50 === 8) return `${100 + customer - 1}`
  if (customer % 97 === 13) return `${700_000_000_000_000 + customer}`
  if (customer % 89 === 17) return `-${customer}`
  return `${100 + customer}`
}

/**
 * @param {string} id
 * @param {number} customer
 * @param {Random} random
 */
function randomCents(id, customer, random) {
  if (random.chance(0.3) && isSmallPrime(Number(id))) return random.pick(primeBorderCents)
  // One customer in ten is rich, loads much each day and meets the weekly limit.
  if (customer % 10 === 0) return 150_000 + random.below(350_000)
  const kind = random.below(1000)
  if (kind < 550) return random.below(200_000)
  if (kind < 850) return random.below(500_000)
  if (kind < 950) return random.below(12) * 50_000
  if (kind < 980) return random.pick(borderCents)
  if (kind < 995) return random.below(10_000_000)
  return random.pick(vastCents)
}

/**
 * Attempts of a few customers that meet the limits to the cent, and the borders of day and week to the millisecond.
 *
 * @param {number} day
 * @param {Ids} ids
 * @returns {Arrival[]}
 */
function scriptedArrivals(day, ids) {
  const weekday = (day + 3) % 7
  /** @type {Arrival[]} */
  const arrivals = []

  /**
   * @param {string} customerId
   * @param {number} hour
   * @param {number} cents
   */
  function at(customerId, hour, cents, extraMs = 0) {
    const atMs = Math.min(hour * 3_600_000 + extraMs, dayMs - 1)
    arrivals.push({ atMs, attempt: { id: ids.composite(), customerId, cents, instantMs: day * dayMs + atMs } })
  }

  // The day: exactly 5,000.00, then a cent more; 5,000.01 refused and 5,000.00 taken, then too many.
  at('900003', 1, 200_000)
  at('900003', 2, 300_000)
  at('900003', 3, 1)
  at('900004', 1, 499_999)
  at('900004', 2, 2)
  at('900004', 3, 1)
  at('900004', 4, 0)
  // The week: exactly 20,000.00 from Monday to Thursday, a cent on Friday, nothing on Sunday. 900001 fills it in the
  // baseline, 900002 in the experiment, where Monday counts double.
  if (weekday < 4) at('900001', 5, 500_000)
  if (weekday < 4) at('900002', 5, weekday === 0 ? 250_000 : 500_000)
  if (weekday === 3) at('900002', 6, 0)
  if (weekday === 4) at('900001', 5, 1)
  if (weekday === 4) at('900002', 5, 1)
  if (weekday === 4) at('900002', 6, 250_000)
  if (weekday === 6) at('900001', 5, 0)
  // The borders: a full load in the first and the last millisecond of a day, and one in between.
  at('900005', 0, weekday % 2 === 0 ? 500_000 : 0)
  at('900005', 24, weekday % 2 === 0 ? 1 : 500_000)
  at('900006', 12, 400_000, 1)
  return arrivals
}

/** @param {number} n */
function isSmallPrime(n) {
  if (n < 2 || n > 2 ** 31) return false
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false
  return true
}
