// @ts-check
import { isPrime } from './is-prime.mjs'

/** @import { Attempt, Ledger, Reason, Scenario, Windows } from './oracle.d.mts' */

const dayMs = 86_400_000
const attemptsPerDay = 3
const primeLimitCents = 999_900
const dailyLimitCents = 500_000
const weeklyLimitCents = 2_000_000

/**
 * Decides well-formed attempts one after the other. It forgets nothing: attempts may come in any order of time.
 *
 * @param {Scenario} scenario
 * @returns {Ledger}
 */
export function createLedger(scenario) {
  const experiment = scenario === 'experiment'
  /** @type {Map<string, Attempt>} */
  const canonical = new Map()
  /** @type {Map<string, { customerId: string, day: number, attempts: number, cents: number }>} */
  const customerDays = new Map()
  /** @type {Map<string, { customerId: string, week: number, cents: number }>} */
  const customerWeeks = new Map()
  /** @type {Map<number, number>} */
  const primeDays = new Map()

  /** @param {Attempt} attempt */
  function judge(attempt) {
    const earlier = canonical.get(attempt.id)
    if (earlier) return isSame(earlier, attempt) ? 'REPLAY' : 'CONFLICT'
    canonical.set(attempt.id, attempt)
    return decide(attempt)
  }

  /**
   * @param {Attempt} attempt
   * @returns {Reason}
   */
  function decide({ id, customerId, cents, instantMs }) {
    const day = Math.floor(instantMs / dayMs)
    const monday = mondayOf(day)
    const effective = experiment && day === monday ? cents * 2 : cents
    const prime = experiment && isPrime(BigInt(id))

    const ofDay = entryOf(customerDays, `${customerId} ${day}`, { customerId, day, attempts: 0, cents: 0 })
    ofDay.attempts += 1
    const weekKey = `${customerId} ${monday}`
    const weekCents = customerWeeks.get(weekKey)?.cents ?? 0

    if (ofDay.attempts > attemptsPerDay) return 'DAILY_COUNT'
    if (prime && effective > primeLimitCents) return 'PRIME_AMOUNT'
    if (prime && primeDays.has(day)) return 'PRIME_QUOTA'
    if (ofDay.cents + effective > dailyLimitCents) return 'DAILY_AMOUNT'
    if (weekCents + effective > weeklyLimitCents) return 'WEEKLY_AMOUNT'

    ofDay.cents += effective
    entryOf(customerWeeks, weekKey, { customerId, week: monday, cents: 0 }).cents += effective
    if (prime) primeDays.set(day, 1)
    return 'ACCEPTED'
  }

  /** @returns {Windows} */
  function windows() {
    const days = [...customerDays.values()].sort((a, b) => byText(a.customerId, b.customerId) || a.day - b.day)
    const weeks = [...customerWeeks.values()].sort((a, b) => byText(a.customerId, b.customerId) || a.week - b.week)
    const primes = [...primeDays].sort(([a], [b]) => a - b)
    return {
      scenario,
      customer_days: days.map(({ customerId, day, attempts, cents }) => ({
        customer_id: customerId,
        day: dateOf(day),
        attempts,
        accepted_cents: cents,
      })),
      customer_weeks: weeks.map(({ customerId, week, cents }) => ({
        customer_id: customerId,
        week: dateOf(week),
        accepted_cents: cents,
      })),
      prime_days: primes.map(([day, accepted]) => ({ day: dateOf(day), accepted })),
    }
  }

  return { judge, windows }
}

/**
 * @param {Attempt} a
 * @param {Attempt} b
 */
function isSame(a, b) {
  return a.customerId === b.customerId && a.instantMs === b.instantMs && a.cents === b.cents
}

/**
 * The day number of the Monday that starts the week of a day. Day 0, 1970-01-01, was a Thursday.
 * @param {number} day
 */
function mondayOf(day) {
  return Math.floor((day + 3) / 7) * 7 - 3
}

/**
 * What is stored under a key; the given value is stored first when there is nothing.
 * @template K, V
 * @param {Map<K, V>} map
 * @param {K} key
 * @param {V} initial
 * @returns {V}
 */
function entryOf(map, key, initial) {
  const found = map.get(key)
  if (found !== undefined) return found
  map.set(key, initial)
  return initial
}

/**
 * @param {string} a
 * @param {string} b
 */
function byText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}

/** @param {number} day days since 1970-01-01 */
function dateOf(day) {
  return new Date(day * dayMs).toISOString().replace(/T.*/, '')
}
