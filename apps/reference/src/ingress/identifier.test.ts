import { describe, expect, it } from '@jest/globals'
import { identifierOf } from './identifier.js'

describe('identifierOf', () => {
  it.each([
    ['digits stay as they are written', '007', '007'],
    ['white space around them is taken off', ' \t528\u00a0\ufeff', '528'],
    ['fifteen digits are the most', '999999999999999', '999999999999999'],
    ['a safe integer is written in decimal', 9_007_199_254_740_991, '9007199254740991'],
    ['a negative integer too', -5, '-5'],
    ['minus zero is zero', -0, '0'],
  ])('%s', (_, value, expected) => {
    expect(identifierOf(value)).toBe(expected)
  })

  it.each([
    ['sixteen digits', '1000000000000000'],
    ['nothing', ''],
    ['white space only', '   '],
    ['white space between digits', '1 2'],
    ['a sign', '-5'],
    ['a point', '1.0'],
    ['digits of another script', '٣'],
    ['a letter', '12a'],
    ['a fraction', 1.5],
    ['an unsafe integer', 9_007_199_254_740_992],
    ['infinity', Number.POSITIVE_INFINITY],
    ['null', null],
    ['a boolean', true],
    ['an array', ['1']],
    ['a missing field', undefined],
  ])('%s is no identifier', (_, value) => {
    expect(identifierOf(value)).toBe('')
  })
})
