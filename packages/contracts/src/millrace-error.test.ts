import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { type ErrorCode, errorCodes } from './error-codes.js'
import { isMillraceError, MillraceError } from './millrace-error.js'

const codes = Object.keys(errorCodes) as ErrorCode[]

/** The class as another copy of the package would bring it: same shape, another identity. */
class ForeignError extends Error {
  override readonly name = 'MillraceError'
  readonly code: string
  constructor(code: string) {
    super(`${code}: from another copy`)
    this.code = code
  }
}

describe('MillraceError', () => {
  it.each(codes)('%s begins the message', (code) => {
    const error = new MillraceError(code, 'this could not be done')
    expect([error.name, error.code, error.message]).toEqual(['MillraceError', code, `${code}: this could not be done`])
  })

  it('carries facts and cause, and neither where none was given', () => {
    const cause = new Error('below')
    const full = new MillraceError('NODE_FAILED', 'a handler threw', { facts: { node: 'price' }, cause })
    expect([full.facts, full.cause]).toEqual([{ node: 'price' }, cause])
    const bare = new MillraceError('NODE_FAILED', 'a handler threw')
    expect([bare.facts, 'cause' in bare]).toEqual([{}, false])
  })

  it('becomes JSON without its cause and its stack', () => {
    const cause = new Error('the password is hunter2')
    const error = new MillraceError('NODE_FAILED', 'a handler threw', { facts: { node: 'price' }, cause })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'NODE_FAILED',
      message: 'NODE_FAILED: a handler threw',
      facts: { node: 'price' },
    })
  })

  it('shows an operator who inspects it the code and the facts', () => {
    const shown = inspect(new MillraceError('NODE_FAILED', 'a handler threw', { facts: { node: 'price' } }))
    expect(shown).toContain('MillraceError: NODE_FAILED: a handler threw')
    expect(shown).toContain("facts: { node: 'price' }")
  })
})

describe('MillraceError.from', () => {
  it('keeps a MillraceError as it is', () => {
    const thrown = new MillraceError('OVERLOADED', 'too many', { facts: { in_flight: 3 } })
    expect(MillraceError.from(thrown, 'NODE_FAILED', 'a handler threw', { node: 'price' })).toBe(thrown)
  })

  it.each([new TypeError('secret text'), 'secret text', { message: 'secret text' }, null, undefined, 42])(
    'wraps %p without its text',
    (thrown) => {
      const error = MillraceError.from(thrown, 'NODE_FAILED', 'a handler threw', { node: 'price' })
      expect(error.toJSON()).toEqual({
        code: 'NODE_FAILED',
        message: 'NODE_FAILED: a handler threw',
        facts: { node: 'price' },
      })
      expect(error.cause).toBe(thrown)
    },
  )
})

describe('isMillraceError', () => {
  it('knows its own kind, also from another copy of this package', () => {
    expect(isMillraceError(new MillraceError('FENCED', 'no lease'))).toBe(true)
    expect(isMillraceError(new ForeignError('FENCED'))).toBe(true)
  })

  it.each([
    new Error('FENCED: plain'),
    Object.assign(new Error('x'), { code: 'FENCED' }),
    new ForeignError('E_OTHER'),
    { name: 'MillraceError', code: 'FENCED', message: 'FENCED: no error' },
    'FENCED',
    null,
    undefined,
  ])('knows that %p is none', (thrown) => {
    expect(isMillraceError(thrown)).toBe(false)
  })
})
