import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { createWorstDelay } from './worst-delay.js'

/** The event loop stands still for so long, and nothing else happens in it. */
async function blocked(ms: number): Promise<void> {
  // What is measured is the time between two measures: one of them comes before the second of these at the latest.
  await delay(50)
  await delay(50)
  const until = performance.now() + ms
  while (performance.now() < until);
  await delay(50)
}

afterEach(() => {
  jest.useRealTimers()
})

describe('createWorstDelay', () => {
  it('tells all who ask during a minute of the same delay', async () => {
    let now = 0
    const worst = createWorstDelay(() => now)
    worst()
    await blocked(600)
    const first = worst()
    now = 59_000
    const later = worst()
    now = 60_001
    expect(first).toBeGreaterThan(500)
    expect([later, worst()]).toEqual([first, expect.not.closeTo(first)])
  })

  it('measures on where it is asked once a minute', async () => {
    jest.useFakeTimers({ doNotFake: ['performance'] })
    const worst = createWorstDelay()
    worst()
    jest.advanceTimersByTime(60_000)
    jest.useRealTimers()
    await blocked(600)
    expect(worst()).toBeGreaterThan(500)
  })
})
