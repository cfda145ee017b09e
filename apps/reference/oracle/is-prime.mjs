// @ts-check
/** The first twelve primes as bases decide every n below 318,665,857,834,031,151,167,461 (https://oeis.org/A014233). */
const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n]

/**
 * Whether a whole number is prime: the Miller-Rabin test with fixed bases, so the answer is exact.
 * @param {bigint} n
 */
export function isPrime(n) {
  if (n < 2n) return false
  if (n < 4n) return true
  if (n % 2n === 0n) return false
  let odd = n - 1n
  let twos = 0
  while (odd % 2n === 0n) {
    odd /= 2n
    twos += 1
  }
  return bases.every((base) => base % n === 0n || passes(base % n, odd, twos, n))
}

/**
 * Whether n, with n - 1 = odd * 2^twos, looks prime to this base.
 * @param {bigint} base
 * @param {bigint} odd
 * @param {number} twos
 * @param {bigint} n
 */
function passes(base, odd, twos, n) {
  let power = powerModulo(base, odd, n)
  if (power === 1n) return true
  for (let step = 0; step < twos; step += 1) {
    if (power === n - 1n) return true
    power = (power * power) % n
  }
  return false
}

/**
 * @param {bigint} base
 * @param {bigint} exponent
 * @param {bigint} modulus
 */
function powerModulo(base, exponent, modulus) {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
