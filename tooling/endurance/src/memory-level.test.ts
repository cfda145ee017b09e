import { describe, expect, it } from '@jest/globals'
import { levelOf, MemoryWatch, type Sample } from './memory-level.js'

const mebibyte = 1_048_576

/** Thirty rounds of an old process that begin at 100 MiB and grow by so many bytes each. */
function rounds(growth: number): readonly Sample[][] {
  return Array.from({ length: 30 }, (_, round) => [{ bytes: 100 * mebibyte + round * growth, ageMs: 100_000 + round }])
}

/** Thirty rounds of processes of some age, which have a megabyte more for each second, up to a minute, and for each round. */
function ofAge(ageOf: (round: number) => number, growth: number): readonly Sample[][] {
  return Array.from({ length: 30 }, (_, round) => {
    const ages = [ageOf(round), 20, 40]
    return ages.map((age) => ({ bytes: (100 + Math.min(age, 60) + round * growth) * mebibyte, ageMs: age * 1000 }))
  })
}

describe('levelOf', () => {
  it.each([
    [0, true],
    [0.9 * mebibyte, true],
    [1.2 * mebibyte, false],
  ])('where each round takes %d bytes more, level is %s', (growth, level) => {
    expect(levelOf('a#1', rounds(growth).slice(10))?.level).toBe(level)
  })

  it('compares processes of one age, as young ones have less', () => {
    const older = (round: number) => (round < 15 ? 1 : 90)
    expect(levelOf('a#1', ofAge(older, 0).slice(10))?.level).toBe(true)
    expect(levelOf('a#1', ofAge(older, 2).slice(10))?.level).toBe(false)
  })

  it('says nothing of few rounds', () => {
    expect(levelOf('a#1', rounds(0).slice(11))).toBeUndefined()
  })
})

describe('MemoryWatch', () => {
  it('looks at the memory of a real process and at none that is gone', async () => {
    const watch = new MemoryWatch(
      () =>
        new Map([
          ['here', process.pid],
          ['nowhere', 2 ** 22 + 1],
        ]),
    )
    for (let round = 0; round < 31; round++) {
      watch.sample()
      watch.nextRound()
    }
    const [level, ...others] = watch.end()
    expect([level?.place, (level?.firstBytes ?? 0) > mebibyte, others]).toEqual(['here', true, []])
  })
})
