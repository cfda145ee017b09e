import { multiplyModulo } from './multiply-modulo.js'

/** Below each limit, the bases up to and with its own decide without error; all limits are above the bases themselves. */
const bases = [
  [2, 2_047],
  [3, 1_373_653],
  [5, 25_326_001],
  [7, 3_215_031_751],
  [11, 2_152_302_898_747],
  [13, 3_474_749_660_383],
  [17, 341_550_071_728_321],
  [19, 341_550_071_728_321],
  [23, Number.MAX_SAFE_INTEGER],
] as const

/**
 * Tells whether a safe integer is prime: the Miller–Rabin test with bases that leave no doubt in this range.
 *
 * @see https://oeis.org/A014233 smallest odd numbers that fool the first bases
 */
export function isPrime(n: number): boolean {
  if (n < 2 || n % 2 === 0) return n === 2
  let oddPart = (n - 1) / 2
  let halvings = 1
  for (; oddPart % 2 === 0; halvings++) oddPart /= 2
  for (const [base, limit] of bases) {
    if (!isProbablePrime(n, base, oddPart, halvings)) return false
    if (n < limit) return true
  }
  return true
}

/** Whether `base^oddPart` is 1, or becomes −1 within the given number of squarings, modulo n. */
function isProbablePrime(n: number, base: number, oddPart: number, halvings: number): boolean {
  let power = powerModulo(base, oddPart, n)
  if (power === 1 || power === n - 1) return true
  for (let squarings = 1; squarings < halvings; squarings++) {
    power = multiplyModulo(power, power, n)
    if (power === n - 1) return true
  }
  return false
}

function powerModulo(base: number, exponent: number, n: number): number {
  let result = 1
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiplyModulo(result, square, n)
    square = multiplyModulo(square, square, n)
  }
  return result
}
