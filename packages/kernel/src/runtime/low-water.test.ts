import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LowWater, type ReadingPlace } from './low-water.js'

function lowWater() {
  const reached: ReadingPlace[] = []
  return { reached, water: new LowWater((place) => reached.push(place)) }
}

/** Lets a batch of unfinished roots enter. */
function enter(water: LowWater, first: number, count: number, mark: string): void {
  water.mark(mark)
  water.batch(first)
  for (let root = 0; root < count; root++) water.entered()
}

describe('LowWater', () => {
  it('reaches a place when all before it is done, whatever ends first', () => {
    const { water, reached } = lowWater()
    enter(water, 0, 2, 'a')
    enter(water, 2, 2, 'b')
    water.exhausted(4)
    for (const seq of [3, 1, 2]) water.ended(seq)
    expect(reached).toEqual([])
    water.ended(0)
    expect(reached).toEqual([{ seq: 4, mark: 'b' }])
  })

  it('reaches no place within a batch, or before all of it has entered', () => {
    const { water, reached } = lowWater()
    enter(water, 0, 1, 'a')
    water.ended(0)
    expect(reached).toEqual([])
    enter(water, 5, 1, 'b') // four more of the first batch were done at once
    expect(reached).toEqual([{ seq: 5, mark: 'a' }])
  })

  it('goes beyond a batch that the source has not marked, and reaches nothing there', () => {
    const { water, reached } = lowWater()
    water.batch(0)
    enter(water, 3, 0, 'b')
    water.batch(6)
    water.exhausted(9)
    expect(reached).toEqual([{ seq: 6, mark: 'b' }])
  })

  it('reaches nothing after a failure, before it or beyond', () => {
    const { water, reached } = lowWater()
    enter(water, 0, 2, 'a')
    enter(water, 2, 1, 'b')
    water.stop()
    for (const seq of [0, 1, 2]) water.ended(seq)
    water.exhausted(3)
    expect(reached).toEqual([])
  })

  it('always stands at the last place before the oldest root that is not done', () => {
    const batches = fc.array(fc.array(fc.boolean(), { maxLength: 5 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(batches, fc.infiniteStream(fc.nat()), (asynchronous, random) => {
        for (const { stands, expected } of readAll(asynchronous, () => random.next().value ?? 0))
          expect(stands).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })
})

/** Reads batches of roots, asynchronous ones among them, which end at random; tells after each end where it stands and should. */
function* readAll(batches: readonly (readonly boolean[])[], random: () => number) {
  const { water, reached } = lowWater()
  const open = new Set<number>()
  const places: number[] = []
  let seq = 0
  function* endSome(most: number) {
    for (let ends = 0; ends < most && open.size > 0; ends++) {
      const root = [...open][random() % open.size] ?? 0
      open.delete(root)
      water.ended(root)
      const oldest = Math.min(...open, seq)
      yield { stands: reached.at(-1)?.seq, expected: places.filter((place) => place <= oldest).at(-1) }
    }
  }
  for (const batch of batches) {
    water.mark(seq + batch.length)
    water.batch(seq)
    for (const waits of batch) {
      if (waits) {
        water.entered()
        open.add(seq)
      }
      seq++
    }
    water.batch(seq) // the batch ends with the next one
    places.push(seq)
    yield* endSome(random() % 4)
  }
  water.exhausted(seq)
  yield* endSome(open.size)
}
