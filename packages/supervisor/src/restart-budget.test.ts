import { describe, expect, it } from '@jest/globals'
import type { RestartSettings } from '@millrace/contracts'
import { createRestartBudget } from './restart-budget.js'

const settings: RestartSettings = {
  policy: 'on_failure',
  maxRestarts: 4,
  periodMs: 1_000,
  backoffMs: 100,
  backoffMaxMs: 500,
}
const middle = () => 0.5

function delays(random: () => number, times: readonly number[]): readonly unknown[] {
  const budget = createRestartBudget(settings, random)
  return times.map((now) => {
    const verdict = budget.judge('failed', now)
    return verdict.kind === 'restart' ? verdict.delayMs : verdict
  })
}

describe('createRestartBudget', () => {
  it.each([
    ['never', 'failed', 'refused'],
    ['never', 'clean', 'refused'],
    ['on_failure', 'failed', 'restart'],
    ['on_failure', 'clean', 'refused'],
    ['always', 'failed', 'restart'],
    ['always', 'clean', 'restart'],
  ] as const)('PROC-04 with policy %s an end that is %s is %s', (policy, end, kind) => {
    expect(createRestartBudget({ ...settings, policy }, middle).judge(end, 0).kind).toBe(kind)
  })

  it('PROC-04 doubles the wait up to its limit, and allows max_restarts within the period and no more', () => {
    expect(delays(middle, [0, 1, 2, 3, 4])).toEqual([100, 200, 400, 500, { kind: 'exhausted', restarts: 4 }])
  })

  it('spreads the wait by a quarter, so that each is longer than the one before whatever chance says', () => {
    expect(delays(() => 0, [0, 1, 2])).toEqual([75, 150, 300])
    expect(delays(() => 0.999_999, [0, 1])).toEqual([125, 250])
  })

  it('begins anew after a quiet period', () => {
    expect(delays(middle, [0, 10, 1_010, 1_020])).toEqual([100, 200, 100, 200])
  })

  it('counts restarts within any period, not from fixed points of time', () => {
    expect(delays(middle, [0, 300, 600, 900, 1_001, 1_002])).toEqual([
      100,
      200,
      400,
      500,
      500,
      { kind: 'exhausted', restarts: 4 },
    ])
  })
})
