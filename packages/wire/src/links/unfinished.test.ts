import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { handshakeMs, mostUnfinished, Unfinished } from './unfinished.js'

describe('Unfinished', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  function handshake(log: string[], name: string) {
    return { abandon: (why: string) => void log.push(`${name} was ${why}`) }
  }

  it('SEC-IPC-10 gives a handshake up that takes too long', () => {
    const log: string[] = []
    const unfinished = new Unfinished()
    unfinished.add(handshake(log, 'it'))
    jest.advanceTimersByTime(handshakeMs - 1)
    expect(log).toEqual([])
    jest.advanceTimersByTime(2)
    expect([log, unfinished.size]).toEqual([['it was too slow'], 0])
  })

  it('SEC-IPC-10 gives the oldest up when there are too many', () => {
    const log: string[] = []
    const unfinished = new Unfinished()
    for (let index = 0; index <= mostUnfinished + 1; index++) unfinished.add(handshake(log, `${index}`))
    expect([log, unfinished.size]).toEqual([['0 was too many', '1 was too many'], mostUnfinished])
  })

  it('has nothing against one that was finished in time', () => {
    const log: string[] = []
    const unfinished = new Unfinished()
    const one = handshake(log, 'it')
    unfinished.add(one)
    unfinished.delete(one)
    jest.advanceTimersByTime(2 * handshakeMs)
    expect([log, unfinished.size]).toEqual([[], 0])
  })

  it('reads what has come before it judges one to be too slow', () => {
    const log: string[] = []
    const unfinished = new Unfinished()
    const one = handshake(log, 'it')
    // What this stands for is read in the turn in which the time is up.
    setTimeout(() => setImmediate(() => unfinished.delete(one)), handshakeMs)
    unfinished.add(one)
    jest.advanceTimersByTime(handshakeMs + 1)
    expect(log).toEqual([])
  })
})
