import { describe, expect, it } from '@jest/globals'
import { levelOf, MemoryWatch } from './memory-level.js'

const mebibyte = 1_048_576

/** Thirty rounds that begin at 100 MiB and grow by so many bytes each. */
function rounds(growth: number): readonly number[][] {
  return Array.from({ length: 30 }, (_, round) => [100 * mebibyte + round * growth])
}

describe('levelOf', () => {
  it.each([
    [0, true],
    [0.9 * mebibyte, true],
    [1.2 * mebibyte, false],
  ])('where each round takes %d bytes more, level is %s', (growth, level) => {
    expect(levelOf('a#1', rounds(growth).slice(10))?.level).toBe(level)
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
