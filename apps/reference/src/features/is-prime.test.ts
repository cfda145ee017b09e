import { describe, expect, it } from '@jest/globals'
import { isPrime } from './is-prime.js'

/** All primes below a limit, by the sieve of Eratosthenes. */
function primesBelow(limit: number): number[] {
  const composite = new Uint8Array(limit)
  const primes: number[] = []
  for (let n = 2; n < limit; n++) {
    if (composite[n] === 1) continue
    primes.push(n)
    for (let multiple = n * n; multiple < limit; multiple += n) composite[multiple] = 1
  }
  return primes
}

describe('isPrime', () => {
  it('agrees with the sieve below 100,000', () => {
    const found = Array.from({ length: 100_000 }, (_, n) => n).filter(isPrime)
    expect(found).toEqual(primesBelow(100_000))
  })

  it.each([
    ['a Carmichael number', 561],
    ['another Carmichael number', 294_409],
    ['the least that fools base 2', 2_047],
    ['the least that fools bases up to 3', 1_373_653],
    ['the least that fools bases up to 5', 25_326_001],
    ['the least that fools bases up to 7', 3_215_031_751],
    ['the least that fools bases up to 11', 2_152_302_898_747],
    ['the least that fools bases up to 13', 3_474_749_660_383],
    ['the least that fools bases up to 17', 341_550_071_728_321],
    ['the square of a large prime', 94_906_249 ** 2],
    ['the product of two large primes', 94_906_247 * 94_906_249],
    ['a power of two', 2 ** 52],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER],
    ['zero', 0],
    ['one', 1],
    ['a negative prime', -7],
  ])('%s is not prime (%d)', (_, n) => {
    expect(isPrime(n)).toBe(false)
  })

  it.each([
    2, 3, 23, 2_147_483_647, 67_108_859, 67_108_879, 94_906_249, 999_999_999_989, 999_999_999_999_989,
    1_125_899_906_842_597, 1_125_899_906_842_679, 9_007_199_254_740_881,
  ])('%d is prime', (n) => {
    expect(isPrime(n)).toBe(true)
  })
})
