// @ts-check
/** @typedef {ReturnType<typeof createRandom>} Random */

/**
 * A seeded source of random numbers: sfc32 by Chris Doty-Humphrey (PractRand, https://pracrand.sourceforge.net),
 * 128 bits of state, seeded with the low and the high half of the seed, the first 15 numbers thrown away.
 *
 * @param {number} seed a whole number from 0 to 2^53 - 1
 */
export function createRandom(seed) {
  let a = 0
  let b = seed | 0
  let c = (seed / 2 ** 32) | 0
  let counter = 1

  /** A whole number of 32 bits. */
  function next() {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }

  /**
   * A whole number from 0 to limit - 1.
   * @param {number} limit
   */
  function below(limit) {
    return Math.floor((next() / 2 ** 32) * limit)
  }

  /**
   * True with this probability.
   * @param {number} probability
   */
  function chance(probability) {
    return next() < probability * 2 ** 32
  }

  /**
   * One of a list, each as likely.
   * @template T
   * @param {readonly T[]} list not empty
   * @returns {T}
   */
  function pick(list) {
    return /** @type {T} below() stays within the list */ (list[below(list.length)])
  }

  for (let warmUp = 0; warmUp < 15; warmUp += 1) next()
  return { below, chance, pick }
}
