import { describe, expect, it } from '@jest/globals'
import { nearestName, suggestion } from './nearest-name.js'

describe('nearestName', () => {
  it.each([
    ['one letter replaced', 'featuras', 'features'],
    ['one letter missing', 'featres', 'features'],
    ['one letter too many', 'features2', 'features'],
    ['two neighbours swapped', 'raed', 'read'],
    ['another case', 'FEATURES', 'features'],
    ['a name too short to guess at', 'ra', undefined],
    ['another word', 'pricing', undefined],
  ])('%s', (_what, given, expected) => {
    expect(nearestName(given, ['read', 'features', 'decide'])).toBe(expected)
  })

  it('prefers the nearer, then the first', () => {
    expect([nearestName('node-12', ['node-34', 'node-13']), nearestName('node-1', ['node-2', 'node-3'])]).toEqual([
      'node-13',
      'node-2',
    ])
  })
})

describe('suggestion', () => {
  const many = Array.from({ length: 10 }, (_, index) => `word-${index}`)

  it.each([
    [['read'], "there is 'read'"],
    [['read', 'write'], "there are 'read', 'write'"],
    [many, "there are 'word-0', 'word-1', 'word-2', 'word-3', 'word-4', 'word-5', 'word-6', 'word-7' and 2 more"],
    [[], 'there are none'],
    [['decide', 'something'], "did you mean 'something'?"],
  ])('of %j', (known, expected) => {
    expect(suggestion('somethink', known)).toBe(expected)
  })
})
