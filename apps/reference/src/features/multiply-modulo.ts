const splitter = 2 ** 27 + 1
const maxExactFactor = 2 ** 26
const maxSplitModulus = 2 ** 50

/**
 * `a × b mod n`, exact for whole numbers 0 ≤ a, b < n ≤ 2^53 − 1, although the product does not fit a double.
 *
 * Up to 2^50 no BigInt is made. Both a × b and q × n, where q is the quotient to within one, are taken as unevaluated sums of
 * two doubles (Dekker's product). Their difference lies between −n and 2n and is therefore exact.
 *
 * @see https://doi.org/10.1007/BF01397083 T. J. Dekker, A floating-point technique for extending the available precision
 */
export function multiplyModulo(a: number, b: number, n: number): number {
  const product = a * b
  if (n <= maxExactFactor) return reduced(product - Math.floor(product / n) * n, n)
  if (n > maxSplitModulus) return Number((BigInt(a) * BigInt(b)) % BigInt(n))
  const quotient = Math.floor(product / n)
  const multiple = quotient * n
  const high = product - multiple
  return reduced(high + (productError(a, b, product) - productError(quotient, n, multiple)), n)
}

/** What rounding took from a product: `a × b − product`, exactly. */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a)
  const aLow = a - aHigh
  const bHigh = upperHalf(b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** The upper 26 bits of a number's 53 (Veltkamp's split). */
function upperHalf(value: number): number {
  const scaled = splitter * value
  return scaled - (scaled - value)
}

function reduced(remainder: number, n: number): number {
  if (remainder < 0) return remainder + n
  return remainder < n ? remainder : remainder - n
}
