import { describe, expect, it } from '@jest/globals'
import { coerceText } from './coerce-text.js'

const whole = { type: 'integer' }
const wholes = { type: 'array', items: whole }
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] })

describe('coerceText', () => {
  it.each<[string, string | readonly string[], object, unknown]>([
    ['a number', '1e3', { type: 'number' }, 1000],
    ['a whole number that is exact', '9007199254740994', whole, 9007199254740994],
    ['each value of a list', ['1', '2'], wholes, [1, 2]],
    ['the one value of a list', '1', wholes, [1]],
    ['each value of a list that may be null', ['1', '2'], orNull(wholes), [1, 2]],
    ['null, where a list may be it', 'null', orNull(wholes), null],
    ['what is put together of several schemas', '1', { allOf: [whole, { minimum: 1 }] }, 1],
  ])('WEB-01 makes of a text %s', (_name, text, schema, value) => {
    expect(coerceText(text, schema)).toEqual(value)
  })

  it.each([
    ['a whole number that would be rounded to another one', '9007199254740993', whole],
    ['a whole number that is endless', '9'.repeat(400), whole],
    ['a text, whatever it looks like', 'null', orNull({ type: 'string' })],
  ])('WEB-01 leaves %s as it is', (_name, text, schema) => {
    expect(coerceText(text, schema)).toBe(text)
  })

  it.each([
    ['path', '1,2'],
    ['header', '1 , 2'],
  ] as const)('WEB-01 takes a list from a %s as OpenAPI writes it there', (place, text) => {
    expect(coerceText(text, wholes, place)).toEqual([1, 2])
  })

  it('WEB-01 takes no list from one value of a query', () => {
    expect(coerceText('a,b', { type: 'array', items: { type: 'string' } })).toEqual(['a,b'])
  })
})
