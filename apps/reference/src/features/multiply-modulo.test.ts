import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { multiplyModulo } from './multiply-modulo.js'

const numRuns = Number(process.env.ROUNDS ?? 2000)

const modulus = fc.oneof(
  fc.integer({ min: 2, max: 2 ** 27 }),
  fc.maxSafeInteger().map((n) => Math.max(2, Math.abs(n))),
  fc
    .integer({ min: 1, max: 53 })
    .chain((bits) =>
      fc.integer({ min: -3, max: 3 }).map((near) => Math.min(Math.max(2, 2 ** bits + near), Number.MAX_SAFE_INTEGER)),
    ),
)
/** A modulus and two factors below it, often near its ends. */
const problem = modulus.chain((n) => {
  const factor = fc.oneof(
    fc.maxSafeNat().map((value) => value % n),
    fc.integer({ min: 0, max: 3 }).map((value) => Math.max(0, n - 1 - value)),
    fc.integer({ min: 0, max: 3 }).map((value) => value % n),
  )
  return fc.tuple(factor, factor, fc.constant(n))
})

describe('multiplyModulo', () => {
  it('agrees with BigInt up to the largest safe integer', () => {
    fc.assert(
      fc.property(problem, ([a, b, n]) => {
        expect(multiplyModulo(a, b, n)).toBe(Number((BigInt(a) * BigInt(b)) % BigInt(n)))
      }),
      { numRuns },
    )
  })
})
