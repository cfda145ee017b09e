import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
import { withoutMarked } from './without-marked.js'

const payload = {
  user: 'ann',
  login: { password: 'hunter2', pins: [4711] },
  tokens: [],
  apiKey: ['k-1', { of: 'k-12' }],
}

describe('withoutMarked', () => {
  it.each([
    ['hunter2 is wrong', '[redacted] is wrong'],
    ['k-12 and k-1 of ann', '[redacted] and [redacted] of ann'],
    ['4711 is no secret by its name', '4711 is no secret by its name'],
  ])('OBS-IPC-04 takes the values of secret fields out of a text: %s', (text, left) => {
    expect(withoutMarked(new TypeError(text), payload)).toMatchObject({ name: 'TypeError', message: left })
    expect(withoutMarked(text, payload)).toBe(left)
  })

  it('takes them out of the stack too, and leaves causes behind', () => {
    const cleaned = withoutMarked(new Error('hunter2', { cause: new Error('hunter2') }), payload) as Error
    expect([cleaned.stack?.includes('hunter2'), cleaned.stack?.includes('without-marked.test.ts')]).toEqual([
      false,
      true,
    ])
    expect(cleaned.cause).toBeUndefined()
  })

  it('keeps the code and the facts of a MillraceError', () => {
    const thrown = new MillraceError('BACKEND_UNAVAILABLE', 'hunter2 was refused', { facts: { n: 1 } })
    expect((withoutMarked(thrown, payload) as MillraceError).toJSON()).toEqual({
      code: 'BACKEND_UNAVAILABLE',
      message: 'BACKEND_UNAVAILABLE: [redacted] was refused',
      facts: { n: 1 },
    })
  })

  it.each([[new Error('no')], [undefined], [7], [{ message: 'hunter2' }]])('leaves %p as it is', (thrown) => {
    expect(withoutMarked(thrown, payload)).toBe(thrown)
  })

  it.each([[undefined], [{ n: 1 }]])('bears a message and a stack that are no text: %p', (odd) => {
    const silent = Object.assign(new Error('hunter2'), { message: odd })
    expect(withoutMarked(silent, payload)).toBe(silent)
    const cleaned = withoutMarked(Object.assign(new Error('hunter2'), { stack: odd }), payload)
    expect(cleaned).toMatchObject({ message: '[redacted]', stack: '[redacted]' })
  })

  it('looks into no bytes, and not for ever', () => {
    const loop: Record<string, unknown> = { body: Buffer.alloc(1_000_000), secret: '' }
    loop.self = loop
    const error = new Error('x')
    expect(withoutMarked(error, loop)).toBe(error)
  })
})
