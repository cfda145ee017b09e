import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { centsOf } from './amount.js'

const numRuns = Number(process.env.ROUNDS ?? 300)
const form = /^ *(?:USD *(?:\$ *)?|\$ *(?:USD *)?)?([0-9]+)(?:\.([0-9]{1,2}))? *$/

/** The same by another way: an expression and BigInt. */
function centsByExpression(text: string): number | undefined {
  const match = form.exec(text)
  if (match === null) return undefined
  const cents = BigInt(match[1] ?? '') * 100n + BigInt((match[2] ?? '').padEnd(2, '0'))
  return cents <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(cents) : undefined
}

describe('centsOf', () => {
  it.each([
    ['$3318.47', 331_847],
    ['USD1.00', 100],
    ['USD$ 1.00', 100],
    ['$USD 1.00', 100],
    ['  USD  $  1.00  ', 100],
    ['5', 500],
    ['5.5', 550],
    ['$0005.50', 550],
    ['0', 0],
    ['90071992547409.91', Number.MAX_SAFE_INTEGER],
    [`${'0'.repeat(1000)}1`, 100],
  ])('%j is %d cents', (text, cents) => {
    expect(centsOf(text)).toBe(cents)
  })

  it.each([
    [''],
    ['   '],
    ['$'],
    ['USD'],
    ['.50'],
    ['5.'],
    ['5.000'],
    ['5..5'],
    ['5.5.5'],
    ['5.5a'],
    ['1,000.00'],
    ['1 000'],
    ['5e2'],
    ['+5'],
    ['-5'],
    ['$-5'],
    ['$$5'],
    ['USDUSD5'],
    ['USD$USD5'],
    ['5 USD'],
    ['usd5'],
    ['US$5'],
    ['\t5'],
    ['5\n'],
    ['٣'],
    ['90071992547409.92'],
    ['90071992547410'],
    ['9'.repeat(400)],
    [5],
    [null],
    [undefined],
    [['5']],
  ])('%j is no amount', (value) => {
    expect(centsOf(value)).toBeUndefined()
  })

  it('agrees with the expression and BigInt on any mixture of its parts', () => {
    const part = fc.constantFrom(' ', '  ', 'USD', '$', '.', '0', '7', '42', '90071992547409', '91', '-', 'U', '\t')
    const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (given) => expect(centsOf(given)).toBe(centsByExpression(given))),
      { numRuns },
    )
  })

  it('gives back every amount that was written with two decimals', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (cents) => {
        const digits = String(cents).padStart(3, '0')
        expect(centsOf(`$${digits.slice(0, -2)}.${digits.slice(-2)}`)).toBe(cents)
      }),
      { numRuns },
    )
  })
})
