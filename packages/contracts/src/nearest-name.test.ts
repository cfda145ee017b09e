import { describe, expect, it } from '@jest/globals'
import { nearestName, suggestion } from './nearest-name.js'

const known = ['workers', 'partitions', 'partition_by', 'redeliver', 'restart']

describe('nearestName', () => {
  it.each([
    ['worker', 'workers'],
    ['Workers', 'workers'],
    ['wrokers', 'workers'],
    ['partitionBy', 'partition_by'],
    ['redelivery', 'redeliver'],
  ])('takes %s for %s', (unknown, nearest) => {
    expect(nearestName(unknown, known)).toBe(nearest)
  })

  it.each(['zones', 'x', ''])('finds nothing near %p', (unknown) => {
    expect(nearestName(unknown, known)).toBeUndefined()
  })

  it('takes the first of several that are as near', () => {
    expect(nearestName('cat', ['car', 'bat'])).toBe('car')
  })
})

describe('suggestion', () => {
  it.each([
    ['worker', known, "did you mean 'workers'?"],
    ['zones', ['workers'], "there is 'workers'"],
    ['zones', ['workers', 'restart'], "there are 'workers', 'restart'"],
    ['zones', [], 'there are none'],
    [
      'zones',
      Array.from({ length: 10 }, (_, index) => `group${index}`),
      "there are 'group0', 'group1', 'group2', 'group3', 'group4', 'group5', 'group6', 'group7' and 2 more",
    ],
  ])('for %s among %j says %s', (unknown, names, says) => {
    expect(suggestion(unknown, names)).toBe(says)
  })
})
