import { describe, expect, it } from '@jest/globals'
import { nearest } from './nearest.js'

describe('nearest', () => {
  it.each([
    ['platfrom', ['web', 'platform'], 'platform'],
    ['Platform', ['web', 'platform'], 'platform'],
    ['key', ['kdf', 'mode'], undefined],
    ['kdg', ['kdf', 'mode'], 'kdf'],
    ['nothing', ['web', 'platform'], undefined],
    ['', ['a'], 'a'],
    ['a'.repeat(65), ['a'.repeat(65)], undefined],
    ['b', [], undefined],
    ['stage', ['stages', 'state'], 'stages'],
  ])('takes %j among %j for %j', (given, words, meant) => {
    expect(nearest(given, words)).toBe(meant)
  })
})
