import { openRedis, redisKeys } from '@millrace/transport-redis'
import type { Scenario, Windows } from '../oracle/oracle.mjs'

const msPerDay = 86_400_000

/** The sums that a run has left in Redis, in the form and the order of the oracle's. */
export async function keptWindows(url: string, scenario: Scenario): Promise<Windows> {
  const keyPrefix = `millrace:${scenario}`
  const client = await openRedis({ url, keyPrefix })
  async function values<Value>(state: string): Promise<readonly (readonly [key: string, value: Value])[]> {
    const beginning = redisKeys(keyPrefix).of('state', `decide.${state}`, '')
    const found: (readonly [string, Value])[] = []
    for await (const names of client.scanIterator({ MATCH: `${beginning}*`, COUNT: 1000 })) {
      const texts = names.length === 0 ? [] : await client.mGet(names)
      names.forEach(
        (name, index) => void found.push([name.slice(beginning.length), JSON.parse(texts[index] ?? 'null')]),
      )
    }
    return [...new Map(found)] // a key may be found more than once
  }
  try {
    const days = await values<{ attempts: number; accepted_cents: number }>('days')
    const weeks = await values<{ accepted_cents: number }>('weeks')
    const primes = await values<{ accepted: number }>('primes')
    return {
      scenario,
      customer_days: inOrder(days).map(([{ customer_id, date }, sums]) => ({ customer_id, day: date, ...sums })),
      customer_weeks: inOrder(weeks).map(([{ customer_id, date }, sums]) => ({ customer_id, week: date, ...sums })),
      prime_days: primes
        .map(([day, { accepted }]) => [Number(day), accepted] as const)
        .sort(([first], [second]) => first - second)
        .map(([day, accepted]) => ({ day: dateOf(day), accepted })),
    }
  } finally {
    client.destroy()
  }
}

/** By customer, then by day; the key names both. */
function inOrder<Value>(entries: readonly (readonly [key: string, value: Value])[]) {
  return entries
    .map(([key, value]) => {
      const colon = key.lastIndexOf(':')
      const [customer_id, day] = [key.slice(0, colon), Number(key.slice(colon + 1))]
      return [{ customer_id, day, date: dateOf(day) }, value] as const
    })
    .sort(([one], [other]) => byText(one.customer_id, other.customer_id) || one.day - other.day)
}

function byText(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** @param day days since 1970-01-01 */
function dateOf(day: number): string {
  return new Date(day * msPerDay).toISOString().replace(/T.*/u, '')
}
