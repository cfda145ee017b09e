import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { noOwner } from '../runner/no-owner.js'
import { Root } from '../runner/root.js'
import type { Sent } from './sent.js'
import { WaitingEnvelopes } from './waiting-envelopes.js'

describe('WaitingEnvelopes', () => {
  let late: unknown[] = []
  let waiting: WaitingEnvelopes

  beforeEach(() => {
    jest.useFakeTimers()
    late = []
    waiting = new WaitingEnvelopes(Date.now, ({ payload }) => void late.push(payload))
  })

  afterEach(() => {
    waiting.take()
    jest.useRealTimers()
  })

  const envelope = (payload: string, timeMs?: number, root = rootFor(timeMs)): Sent => ({
    edge: 0,
    subtree: root,
    position: [0, 0],
    payload,
    cause: undefined,
    kept: undefined,
    span: undefined,
    since: 0,
    link: undefined,
    ticket: 0,
    times: 0,
  })
  const rootFor = (timeMs?: number): Root =>
    new Root(noOwner, undefined, 0, timeMs === undefined ? undefined : Date.now() + timeMs)

  const pass = (ms: number): void => void jest.advanceTimersByTime(ms)

  it('HANDOFF-04 gives each up a tenth of its time before its deadline, and 200 ms where that is less', () => {
    waiting.add(envelope('short', 100))
    waiting.add(envelope('long', 10_000))
    waiting.add(envelope('endless'))
    pass(89)
    const before = [...late]
    pass(1)
    const short = [...late]
    pass(9709)
    const stillShort = [...late]
    pass(1)
    expect([before, short, stillShort, late]).toEqual([[], ['short'], ['short'], ['short', 'long']])
    expect(waiting.size).toBe(1)
  })

  it('HANDOFF-04 a deadline that passes takes nothing with it that has time left', () => {
    waiting.add(envelope('later', 190))
    pass(20)
    waiting.add(envelope('sooner', 10))
    pass(10)
    const first = [...late]
    pass(140)
    const before = [...late]
    pass(1)
    expect([first, before, late]).toEqual([['sooner'], ['sooner'], ['sooner', 'later']])
  })

  it('gives up nothing that was taken out, all of it or that of one root', () => {
    const root = rootFor(100)
    waiting.add(envelope('of one root', 100, root))
    waiting.add(envelope('of another', 100))
    const ofRoot = waiting.takeOf(root).map(({ payload }) => payload)
    const rest = waiting.take().map(({ payload }) => payload)
    pass(1000)
    expect([ofRoot, rest, late]).toEqual([['of one root'], ['of another'], []])
  })
})
