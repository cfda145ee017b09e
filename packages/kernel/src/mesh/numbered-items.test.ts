import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { NumberedItems } from './numbered-items.js'

const numRuns = 100 * Number(process.env.ROUNDS ?? 1)
/** Numbers that ascend with gaps, and which of those that are there leaves next. */
const steps = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 40 }), leave: fc.option(fc.nat()) }), {
  maxLength: 400,
})

describe('numbered items', () => {
  it.each([
    ['as long as there are items', 3, 6],
    ['as long as there are numbers', 3, Number.MAX_SAFE_INTEGER],
  ])('are taken out in a range that is %s', (_what, first, last) => {
    const items = new NumberedItems<number>()
    for (const number of [1, 2, 3, 5, 6]) items.add(number, number)
    const taken: number[] = []
    items.takeWithin(first, last, (item) => taken.push(item))
    expect(taken).toEqual([3, 5, 6])
    expect(items.values()).toEqual([1, 2])
  })

  it('are those that a map holds, whatever comes and leaves', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(0, 2 ** 31 - 50, 2 ** 52), (steps, start) => {
        const [items, model] = [new NumberedItems<string>(), new Map<number, string>()]
        let number = start
        for (const { gap, leave } of steps) {
          number += gap
          items.add(number, `item ${number}`)
          model.set(number, `item ${number}`)
          if (leave === null) continue
          const leaving = [...model.keys()][leave % model.size] ?? -1
          expect(items.take(leaving)).toBe(model.get(leaving))
          model.delete(leaving)
          expect(items.get(leaving)).toBeUndefined()
          expect(items.take(leaving)).toBeUndefined()
        }
        expect(items.size).toBe(model.size)
        expect(items.values()).toEqual([...model.values()])
        const visited: string[] = []
        items.each((item) => visited.push(item))
        expect(visited.sort()).toEqual([...model.values()].sort())
        for (const [number, item] of model) expect(items.get(number)).toBe(item)
      }),
      { numRuns },
    )
  })

  it('keep one that stays while many others pass', () => {
    const items = new NumberedItems<string>()
    items.add(3, 'stays')
    for (let number = 4; number < 10_000; number++) {
      items.add(number, 'passes')
      expect(items.take(number)).toBe('passes')
    }
    expect(items.get(3)).toBe('stays')
    expect(items.clear()).toEqual(['stays'])
    expect(items.size).toBe(0)
    expect(items.get(3)).toBeUndefined()
  })
})
