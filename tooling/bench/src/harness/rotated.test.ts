import { describe, expect, it } from '@jest/globals'
import { rotated } from './rotated.js'

describe('rotated', () => {
  it.each([
    [0, ['a', 'b', 'c']],
    [1, ['b', 'c', 'a']],
    [5, ['c', 'a', 'b']],
  ])('by %d begins with another one', (by, items) => {
    expect(rotated(['a', 'b', 'c'], by)).toEqual(items)
  })
})
