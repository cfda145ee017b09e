import { describe, expect, it } from '@jest/globals'
import { verdictOf } from './bench.js'
import { spreadOf } from './statistics.js'

describe('verdictOf', () => {
  it.each([
    ['more', 0.9, 'goal'],
    ['more', 0.89, 'required'],
    ['more', 0.7, 'required'],
    ['more', 0.69, 'missed'],
  ] as const)('where %s is better, %d comes to %s', (better, value, verdict) => {
    expect(verdictOf(spreadOf([value]), { id: 'P11', better, required: 0.7, goal: 0.9 })).toBe(verdict)
  })

  it.each([
    ['less', 40, 'goal'],
    ['less', 41, 'required'],
    ['less', 80, 'required'],
    ['less', 81, 'missed'],
  ] as const)('where %s is better, %d comes to %s', (better, value, verdict) => {
    expect(verdictOf(spreadOf([value]), { id: 'P12', better, required: 80, goal: 40 })).toBe(verdict)
  })

  it('goes by the median, not by single rounds', () => {
    const budget = { id: 'P11', better: 'more', required: 0.7, goal: 0.9 } as const
    expect(verdictOf(spreadOf([0.1, 0.95, 0.99]), budget)).toBe('goal')
  })
})
