import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { comparePositions, type Position } from './position.js'

const numRuns = Number(process.env.ROUNDS ?? 200)

/** Small numbers and lengths, so that equal positions and prefixes are common. */
const position = fc.array(fc.nat({ max: 3 }), { maxLength: 5 })

/** The definition: the order of texts whose letters are the numbers. */
function compareTexts(first: Position, second: Position): number {
  const [one, other] = [first, second].map((numbers) => String.fromCodePoint(...numbers.map((n) => n + 1)))
  return Number((one ?? '') > (other ?? '')) - Number((one ?? '') < (other ?? ''))
}

describe('comparePositions', () => {
  it.each([
    [[1], [2]],
    [[1], [1, 0]],
    [[1, 7, 9], [2]],
    [
      [1, 0],
      [1, 1],
    ],
    [
      [1, 2],
      [1, 10],
    ],
    [[], [0]],
  ])('%j stands before %j', (first, second) => {
    expect(comparePositions(first, second)).toBeLessThan(0)
    expect(comparePositions(second, first)).toBeGreaterThan(0)
  })

  it('agrees with the lexicographic order', () => {
    fc.assert(
      fc.property(position, position, (first, second) => {
        expect(Math.sign(comparePositions(first, second))).toBe(compareTexts(first, second))
      }),
      { numRuns },
    )
  })

  it('is a total order: antisymmetric, transitive, and zero only between equals', () => {
    fc.assert(
      fc.property(position, position, position, (a, b, c) => {
        const [least = [], middle = [], most = []] = [a, b, c].sort(comparePositions)
        expect(comparePositions(a, b) + comparePositions(b, a)).toBe(0)
        expect(comparePositions(a, b) === 0).toBe(JSON.stringify(a) === JSON.stringify(b))
        expect(comparePositions(least, middle)).toBeLessThanOrEqual(0)
        expect(comparePositions(middle, most)).toBeLessThanOrEqual(0)
        expect(comparePositions(least, most)).toBeLessThanOrEqual(0)
      }),
      { numRuns },
    )
  })

  it('puts a position before everything that comes of it, and all of that before its next sibling', () => {
    fc.assert(
      fc.property(position, fc.nat({ max: 3 }), position, (parent, child, below) => {
        const extension = [...parent, child, ...below]
        expect(comparePositions(parent, extension)).toBeLessThan(0)
        expect(comparePositions(extension, [...parent, child + 1])).toBeLessThan(0)
      }),
      { numRuns },
    )
  })
})
