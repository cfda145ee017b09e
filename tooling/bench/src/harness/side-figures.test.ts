import { describe, expect, it } from '@jest/globals'
import { type SideMeasurement, sideRatio, sideRow } from './side-figures.js'

const measured = (units: number, cpuMs: number, p99Ms: number): SideMeasurement => ({
  units,
  wallMs: 2000,
  cpuMs,
  p50Ms: 1,
  p99Ms,
})
const rounds = [
  { ours: measured(600, 300, 9), floor: measured(1000, 100, 3) },
  { ours: measured(160, 80, 20), floor: measured(200, 20, 10) },
]

describe('sideRatio', () => {
  it.each([
    ['rate', 0.7],
    ['cpu', 5],
    ['p99', 2.5],
  ] as const)('compares the %s of two sides within each round', (of, median) => {
    expect(sideRatio(rounds, of, 'ours', 'floor').median).toBeCloseTo(median)
  })

  it('refuses a side that was left out of a round', () => {
    expect(() => sideRatio([{ ours: measured(1, 1, 1) }], 'rate', 'ours', 'floor' as 'ours')).toThrow(
      new RangeError('floor has not been measured in this round'),
    )
  })
})

describe('sideRow', () => {
  it('holds the medians of a side and its rate beside the floor', () => {
    const names = { ours: 'Ours', floor: 'The floor' }
    expect(sideRow(rounds, { names, side: 'ours', floor: 'floor' })).toEqual({
      side: 'Ours',
      floor: 'The floor',
      ratio: 0.7,
      perSecond: 190,
      cpuUs: 500,
      p50Ms: 1,
      p99Ms: 14.5,
    })
  })
})
