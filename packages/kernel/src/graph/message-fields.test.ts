import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { messageFields } from './message-fields.js'

const id = Type.Object({ id: Type.String() })
const sized = Type.Object({ size: Type.Integer(), id: Type.Optional(Type.String()) })

describe('messageFields', () => {
  it.each([
    [
      'an object',
      Type.Object({ id: Type.String(), n: Type.Optional(Type.Object({ inner: Type.String() })) }),
      ['id', 'n'],
    ],
    ['an intersection', Type.Intersect([id, sized]), ['id', 'size']],
    ['a union', Type.Union([sized, id]), ['id']],
    ['a union of one', Type.Union([id]), ['id']],
    ['no object', Type.String(), []],
    ['bytes', undefined, []],
  ])('of %s', (_what, schema, fields) => {
    expect(messageFields(schema)).toEqual(fields)
  })
})
