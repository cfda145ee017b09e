import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { failureOf } from '../test/failure-of.js'
import { NonceCache } from './nonce-cache.js'

const numRuns = 200 * Number(process.env.ROUNDS ?? 1)
const nonce = (number: number): Uint8Array => Buffer.from([number >>> 8, number & 255])

describe('NonceCache', () => {
  it('SEC-IPC-04 refuses a nonce that it knows, until twice the ttl has passed', () => {
    const cache = new NonceCache({ capacity: 10, ttlMs: 100 })
    cache.add(nonce(1), 0)
    expect(failureOf(() => cache.add(nonce(1), 200))).toMatchObject({ code: 'SEC_REPLAY' })
    expect(failureOf(() => cache.add(nonce(1), 201))).toBeUndefined()
  })

  it('SEC-IPC-04 refuses when it is full, and knows afterwards what it knew before', () => {
    const cache = new NonceCache({ capacity: 2, ttlMs: 100 })
    cache.add(nonce(1), 0)
    cache.add(nonce(2), 50)
    expect(failureOf(() => cache.add(nonce(3), 60))).toMatchObject({ code: 'SEC_HANDSHAKE_FAILED' })
    expect(failureOf(() => cache.add(nonce(1), 60))).toMatchObject({ code: 'SEC_REPLAY' })
    expect(cache.size).toBe(2)
  })

  it('has room again when the oldest may be forgotten', () => {
    const cache = new NonceCache({ capacity: 2, ttlMs: 100 })
    cache.add(nonce(1), 0)
    cache.add(nonce(2), 50)
    cache.add(nonce(3), 201)
    expect(cache.size).toBe(2)
  })

  it('keeps nothing of the buffer that it was given', () => {
    const cache = new NonceCache({ capacity: 2, ttlMs: 100 })
    const given = Buffer.from(nonce(1))
    cache.add(given, 0)
    given.fill(9)
    expect(failureOf(() => cache.add(nonce(1), 0))).toMatchObject({ code: 'SEC_REPLAY' })
  })

  it('SEC-IPC-04 never accepts a nonce twice within twice the ttl, and never holds more than its capacity', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 60 })), { maxLength: 200 })
    const holds = fc.property(steps, (moves) => {
      const cache = new NonceCache({ capacity: 8, ttlMs: 100 })
      const accepted = new Map<number, number>()
      let now = 0
      for (const [number, passed] of moves) {
        now += passed
        const error = failureOf(() => cache.add(nonce(number), now))
        const last = accepted.get(number)
        if (error === undefined && last !== undefined && now - last <= 200) return false
        if (error === undefined) accepted.set(number, now)
        if (cache.size > 8) return false
      }
      return true
    })
    fc.assert(holds, { numRuns })
  })
})
