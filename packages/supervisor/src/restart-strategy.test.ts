import { describe, expect, it } from '@jest/globals'
import { restartedWith } from './restart-strategy.js'

describe('restartedWith', () => {
  it.each([
    ['one_for_one', ['b']],
    ['rest_for_one', ['b', 'c']],
    ['one_for_all', ['a', 'b', 'c']],
  ] as const)('%s restarts %j', (strategy, slots) => {
    expect(restartedWith(strategy, ['a', 'b', 'c'], 'b')).toEqual(slots)
  })
})
