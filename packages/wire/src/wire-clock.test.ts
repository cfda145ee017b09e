import { describe, expect, it } from '@jest/globals'
import { createTestClock } from '../test/test-clock.js'
import { startSessionClock, systemClock } from './wire-clock.js'

describe('startSessionClock', () => {
  it('BLOCKED-LOOP-01 begins at wall time and follows monotonic time, whatever becomes of the wall clock', () => {
    const clock = createTestClock(1_000_000)
    const now = startSessionClock(clock)
    expect(now()).toBe(1_000_000)
    clock.pass(250)
    clock.set(9_000_000)
    expect(now()).toBe(1_000_250)
  })
})

describe('systemClock', () => {
  it('tells the wall time, and monotonic time that does not go back', () => {
    const before = Date.now()
    const first = systemClock.monotonic()
    expect(systemClock.wall()).toBeGreaterThanOrEqual(before)
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first)
  })
})
