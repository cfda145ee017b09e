import { describe, expect, it } from '@jest/globals'
import { wallTimeBy } from './wall-time.js'

describe('wallTimeBy', () => {
  let monotonic = 0
  let wall = 0
  const start = (): ((ms: number) => number) => {
    monotonic = 1000.25
    wall = 1_700_000_000_000.9
    return wallTimeBy(
      () => Math.floor(wall),
      () => monotonic,
    )
  }
  const pass = (ms: number): void => {
    monotonic += ms
    wall += ms
  }

  it('REPLY-10 says one wall time of one time, whatever parts of a millisecond have passed', () => {
    const wallTime = start()
    const said = new Set<number>()
    for (let step = 0; step < 1000; step++) {
      said.add(wallTime(31_000.25))
      pass(0.173)
    }
    expect([...said]).toEqual([1_700_000_030_000])
  })

  it('follows a wall clock that is set', () => {
    const wallTime = start()
    wall += 3_600_000
    expect(wallTime(31_000.25)).toBe(1_700_003_630_000)
    wall -= 7_200_000
    expect(wallTime(31_000.25)).toBe(1_699_996_430_000)
  })
})
