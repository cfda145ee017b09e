import { describe, expect, it } from '@jest/globals'
import { Attempt, Decision } from '../messages.js'
import { parse } from './parse.js'

const good = { id: '15887', customer_id: '528', load_amount: '$3318.47', time: '2000-01-01T00:00:00Z' }

describe('parse', () => {
  it('makes an attempt of a line', () => {
    expect(parse.handle({ text: JSON.stringify(good) })).toEqual(
      Attempt.of({ id: '15887', customer_id: '528', amount_cents: 331_847, instant_ms: 946_684_800_000 }),
    )
  })

  it.each([[''], [' '], [' \t\r ']])('skips the blank line %j', (text) => {
    expect(parse.handle({ text })).toBeUndefined()
  })

  it.each([
    ['LINE_TOO_LONG', { text: '', fault: 'LINE_TOO_LONG' as const }, '', ''],
    ['UTF8_INVALID', { text: '', fault: 'UTF8_INVALID' as const }, '', ''],
    ['MALFORMED_JSON', { text: '{"id":"15887"' }, '', ''],
    ['MALFORMED_JSON', { text: '\u00a0' }, '', ''],
    ['NOT_AN_OBJECT', { text: '[{"id":"1"}]' }, '', ''],
    ['NOT_AN_OBJECT', { text: 'null' }, '', ''],
    ['NOT_AN_OBJECT', { text: '"{}"' }, '', ''],
    ['ID_INVALID', { text: '{"__proto__":{"id":"1"},"customer_id":" 2 "}' }, '', '2'],
    ['ID_INVALID', { text: JSON.stringify({ ...good, id: 'x', customer_id: 'y' }) }, '', ''],
    ['CUSTOMER_ID_INVALID', { text: JSON.stringify({ ...good, customer_id: '' }) }, '15887', ''],
    ['AMOUNT_INVALID', { text: JSON.stringify({ ...good, load_amount: 3318.47, time: '' }) }, '15887', '528'],
    ['TIME_INVALID', { text: JSON.stringify({ ...good, time: '2000-01-01' }) }, '15887', '528'],
  ])('refuses with %s, and answers the ids it has: %j', (reason, line, id, customerId) => {
    expect(parse.handle(line)).toEqual(
      Decision.of({ id, customer_id: customerId, accepted: false, reason: reason as 'LINE_TOO_LONG' }),
    )
  })

  it('takes the last of two fields of the same name, and names in any spelling that JSON has', () => {
    expect(
      parse.handle({
        text: '{"id":"x","\\u0069d":7,"customer_id":"8","load_amount":"1","time":"1970-01-01T00:00:00Z"}',
      }),
    ).toEqual(Attempt.of({ id: '7', customer_id: '8', amount_cents: 100, instant_ms: 0 }))
  })

  it('does not mind how deep a field is nested that nobody reads', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(parse.handle({ text: `${JSON.stringify(good).slice(0, -1)},"x":${deep}}` })).toMatchObject({ type: Attempt })
  })
})
