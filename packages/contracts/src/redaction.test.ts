import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createRedactor, redacted } from './redaction.js'

const numRuns = Number(process.env.ROUNDS ?? 100)

const secret = Buffer.from('correct horse battery stäple?>\u00ff', 'utf8')
const forms: readonly (readonly [form: string, text: string])[] = [
  ['hex', secret.toString('hex')],
  ['upper hex', secret.toString('hex').toUpperCase()],
  ['base64', secret.toString('base64')],
  ['base64 without padding', secret.toString('base64').replace(/=+$/, '')],
  ['base64url', secret.toString('base64url')],
  ['latin1', secret.toString('latin1')],
  ['utf8', secret.toString('utf8')],
]

describe('Redactor.text', () => {
  it.each(forms)('takes a protected secret out as %s', (_form, text) => {
    const redactor = createRedactor()
    redactor.protect(secret)
    expect(redactor.text(`before ${text}, ${text} after`)).toBe(`before ${redacted}, ${redacted} after`)
  })

  it('leaves other text alone', () => {
    const redactor = createRedactor()
    redactor.protect(secret)
    expect(redactor.text('correct horse')).toBe('correct horse')
    expect(createRedactor().text(secret.toString('utf8'))).toBe(secret.toString('utf8'))
  })

  it('takes the longer of two secrets out whole, in whatever order they became known', () => {
    const redactor = createRedactor()
    redactor.protect(Buffer.from('password'))
    redactor.protect(Buffer.from('password-of-the-king'))
    expect(redactor.text('password-of-the-king and password')).toBe(`${redacted} and ${redacted}`)
  })

  it('does not take ordinary words out because a secret is short', () => {
    const redactor = createRedactor()
    redactor.protect(Buffer.from('node'))
    expect(redactor.text('the node failed')).toBe('the node failed')
    expect(redactor.text('its key is 6e6f6465')).toBe(`its key is ${redacted}`)
  })

  it('leaves nothing of 32 random bytes in any form', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const encoding = fc.constantFrom('hex', 'base64', 'base64url', 'latin1')
    fc.assert(
      fc.property(bytes, encoding, fc.string(), (key, form, around) => {
        const redactor = createRedactor()
        redactor.protect(key)
        const text = Buffer.from(key).toString(form)
        expect(redactor.text(`${around}${text}${around}`).includes(text)).toBe(false)
      }),
      { numRuns },
    )
  })
})

describe('Redactor.value', () => {
  it.each(forms)('takes a secret as %s out of nested values and keys', (_form, text) => {
    const redactor = createRedactor()
    redactor.protect(secret)
    expect(redactor.value({ a: [{ b: `x${text}` }], [text]: 1 })).toEqual({ a: [{ b: `x${redacted}` }], [redacted]: 1 })
  })

  it.each([
    'secret',
    'clientSecret',
    'password',
    'DB_PASSWORD',
    'passwd',
    'token',
    'accessToken',
    'Authorization',
    'cookie',
    'set-cookie',
    'api_key',
    'api-key',
    'apiKey',
    'private_key',
    'privateKey',
    'credentials',
  ])('takes the value of %s out whole', (key) => {
    expect(createRedactor().value({ [key]: { deep: 1 }, list: [{ [key]: 7 }] })).toEqual({
      [key]: redacted,
      list: [{ [key]: redacted }],
    })
  })

  it.each(['node', 'group', 'key', 'code', 'author', 'path'])('leaves %s alone', (key) => {
    expect(createRedactor().value({ [key]: 'x' })).toEqual({ [key]: 'x' })
  })

  it('shows bytes by their number only', () => {
    expect(createRedactor().value({ body: Uint8Array.of(1, 2, 3) })).toEqual({ body: '[3 bytes]' })
  })

  it('leaves what is no text and no object as it is', () => {
    expect(createRedactor().value({ a: 1, b: true, c: null, d: undefined })).toEqual({
      a: 1,
      b: true,
      c: null,
      d: undefined,
    })
  })

  it('gives as text what neither JSON nor another process takes', () => {
    const given = { count: 7n, make: () => 'secret', list: [Symbol('secret')] }
    expect(createRedactor().value(given)).toEqual({ count: '7', make: '[function]', list: ['[symbol]'] })
  })

  it('looks eight levels deep and takes out what is below', () => {
    const nest = (levels: number): unknown => (levels === 0 ? 'end' : { a: nest(levels - 1) })
    const { value } = createRedactor()
    expect(value(nest(8))).toEqual(nest(8))
    expect(JSON.stringify(value(nest(9)))).toBe(JSON.stringify(nest(8)).replace('end', redacted))
  })

  it('ends on a value that contains itself', () => {
    const loop: { self?: unknown } = {}
    loop.self = loop
    expect(JSON.stringify(createRedactor().value(loop))).toContain(redacted)
  })

  it('copies: what it was given stays as it is', () => {
    const given = { password: 'x', list: ['y'] }
    const copy = createRedactor().value(given)
    expect(given).toEqual({ password: 'x', list: ['y'] })
    expect(copy).not.toBe(given)
  })
})
