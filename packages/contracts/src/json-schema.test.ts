// biome-ignore-all lint/suspicious/noThenProperty: a keyword of JSON Schema
import { describe, expect, it } from '@jest/globals'
import { type TSchema, Type } from 'typebox'
import { checkJsonSchema } from './json-schema.js'
import { defineMessage } from './message.js'
import { defineState } from './state.js'

/** Plain JSON Schema, as a user may write it without TypeBox. */
const plain = (schema: unknown): TSchema => schema as TSchema

const end = 'Payloads are what JSON carries; for bytes use defineBytes'
const anyValue = "allows any value, also those that JSON cannot carry; declare the value's type"

const notJson: readonly (readonly [what: string, schema: TSchema, why: string])[] = [
  ['a Date', plain({ type: 'Date' }), "is of type 'Date', which JSON cannot carry"],
  ['BigInt', Type.BigInt(), "is of type 'bigint', which JSON cannot carry"],
  ['a BigInt literal', Type.Literal(1n), "is of type 'bigint', which JSON cannot carry"],
  ['Undefined', Type.Undefined(), "is of type 'undefined', which JSON cannot carry"],
  ['Void', Type.Void(), "is of type 'void', which JSON cannot carry"],
  ['Symbol', Type.Symbol(), "is of type 'symbol', which JSON cannot carry"],
  ['Function', Type.Function([], Type.String()), "is of type 'function', which JSON cannot carry"],
  ['Constructor', Type.Constructor([], Type.String()), "is of type 'constructor', which JSON cannot carry"],
  ['one of several types', plain({ type: ['string', 'bigint'] }), "is of type 'bigint', which JSON cannot carry"],
  ['Any', Type.Any(), anyValue],
  ['Unknown', Type.Unknown(), anyValue],
  ['Unsafe', Type.Unsafe<Date>({}), anyValue],
  ['true', plain(true), anyValue],
  ['a description alone', plain({ description: 'anything' }), anyValue],
  ['an exclusion alone', plain({ not: { type: 'null' } }), anyValue],
  ['a condition alone', plain({ if: { type: 'string' }, then: { minLength: 1 } }), anyValue],
  ['properties of no type', plain({ properties: { a: { type: 'string' } } }), anyValue],
  ['allOf that says nothing', plain({ allOf: [{ minLength: 1 }] }), anyValue],
  ['a Date constant', plain({ const: new Date(0) }), 'names a value that JSON cannot carry'],
  ['a Map constant', plain({ const: new Map() }), 'names a value that JSON cannot carry'],
  ['an undefined constant', plain({ const: undefined }), 'names a value that JSON cannot carry'],
  ['NaN', plain({ const: Number.NaN }), 'names a value that JSON cannot carry'],
  ['an infinite value', plain({ enum: [1, Number.POSITIVE_INFINITY] }), 'names a value that JSON cannot carry'],
  ['a Date inside a value', plain({ enum: [{ at: [new Date(0)] }] }), 'names a value that JSON cannot carry'],
  [
    'Refine',
    Type.Refine(Type.String(), () => true),
    'is refined by a function, which no other process could call; say it with JSON Schema',
  ],
  ['null', plain(null), 'is not a schema'],
  ['a list', plain([Type.String()]), 'is not a schema'],
  ['a class', plain(Date), 'is not a schema'],
]

const places: readonly (readonly [path: string, schema: (inner: TSchema) => TSchema])[] = [
  ['/properties/at', (inner) => Type.Object({ at: inner })],
  ['/properties/at', (inner) => Type.Object({ at: Type.Optional(inner) })],
  ['/properties/a/properties/b', (inner) => Type.Object({ a: Type.Object({ b: inner }) })],
  ['/additionalProperties', (inner) => Type.Object({}, { additionalProperties: inner })],
  ['/patternProperties/^.*$', (inner) => Type.Record(Type.String(), inner)],
  ['/items', (inner) => Type.Array(inner)],
  ['/items/1', (inner) => Type.Tuple([Type.String(), inner])],
  ['/anyOf/1', (inner) => Type.Union([Type.Null(), inner])],
  ['/allOf/1/properties/at', (inner) => Type.Intersect([Type.Object({}), Type.Object({ at: inner })])],
  ['/$defs/A/properties/at', (inner) => Type.Cyclic({ A: Type.Object({ at: inner }) }, 'A')],
  ['/definitions/a', (inner) => plain({ $ref: '#/definitions/a', definitions: { a: inner } })],
  ['/prefixItems/0', (inner) => plain({ type: 'array', prefixItems: [inner] })],
  ['/additionalItems', (inner) => plain({ type: 'array', items: [], additionalItems: inner })],
  ['/unevaluatedItems', (inner) => plain({ type: 'array', unevaluatedItems: inner })],
  ['/unevaluatedProperties', (inner) => plain({ type: 'object', unevaluatedProperties: inner })],
  ['/oneOf/0', (inner) => plain({ oneOf: [inner] })],
  ['/then/properties/at', (inner) => plain({ type: 'object', if: {}, then: { properties: { at: inner } } })],
  ['/else/properties/at', (inner) => plain({ type: 'object', if: {}, else: { properties: { at: inner } } })],
  [
    '/dependentSchemas/a/properties/at',
    (inner) => plain({ type: 'object', dependentSchemas: { a: { properties: { at: inner } } } }),
  ],
]

const accepted: readonly (readonly [what: string, schema: TSchema])[] = [
  ['Object', Type.Object({ sku: Type.String(), n: Type.Integer({ minimum: 1 }) })],
  ['an empty Object', Type.Object({})],
  ['a closed Object', Type.Object({ a: Type.String() }, { additionalProperties: false })],
  ['an openly open Object', Type.Object({ a: Type.String() }, { additionalProperties: true })],
  ['Optional', Type.Object({ a: Type.Optional(Type.String()) })],
  ['Readonly', Type.Object({ a: Type.Readonly(Type.String()) })],
  ['Partial', Type.Partial(Type.Object({ a: Type.String() }))],
  ['Interface', Type.Interface([Type.Object({ a: Type.String() })], { b: Type.Number() })],
  ['Union', Type.Union([Type.String(), Type.Number(), Type.Null()])],
  ['Literal', Type.Union([Type.Literal('a'), Type.Literal(1), Type.Literal(true)])],
  ['Record', Type.Record(Type.String(), Type.Array(Type.Number()))],
  ['Array', Type.Array(Type.Boolean(), { minItems: 1, uniqueItems: true })],
  ['Tuple', Type.Tuple([Type.String(), Type.Integer()])],
  ['Enum', Type.Object({ scheme: Type.Enum(['a', 'b']), level: Type.Enum({ low: 1, high: 2 }) })],
  ['Integer', Type.Integer()],
  ['Null', Type.Null()],
  ['Never', Type.Object({ gone: Type.Optional(Type.Never()) })],
  ['Cyclic', Type.Cyclic({ A: Type.Object({ next: Type.Union([Type.Ref('A'), Type.Null()]) }) }, 'A')],
  ['TemplateLiteral', Type.TemplateLiteral('sku-$' + '{string}')],
  ['Intersect', Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Number() })])],
  ['Codec, of which the encoded form travels', Type.Codec(Type.String()).Decode(Number).Encode(String)],
  ['several types', plain({ type: ['string', 'null'] })],
  ['a constant object', plain({ const: { a: [1, 'b', null, true] } })],
  ['false', plain({ type: 'object', properties: { never: false } })],
  [
    'conditions, which need no types',
    plain({
      type: 'object',
      properties: { kind: { type: 'string' } },
      if: { properties: { kind: true }, required: ['kind'] },
      then: { minProperties: 1 },
      else: true,
      not: { required: ['other'] },
      propertyNames: { minLength: 1 },
      allOf: [{ maxProperties: 3 }],
    }),
  ],
  ['a narrowed list', plain({ type: 'array', items: { type: 'string' }, contains: { minLength: 1 } })],
]

describe('checkJsonSchema', () => {
  it.each(notJson)('refuses %s', (_what, schema, why) => {
    expect(() => checkJsonSchema('This', schema)).toThrow(new TypeError(`This has a schema that ${why}. ${end}`))
  })

  it.each(places)('finds a bigint at %s', (path, inside) => {
    expect(() => checkJsonSchema('This', inside(Type.BigInt()))).toThrow(
      new TypeError(`This has a schema that at ${path} is of type 'bigint', which JSON cannot carry. ${end}`),
    )
  })

  it.each(places)('finds a schema of anything at %s', (path, inside) => {
    expect(() => checkJsonSchema('This', inside(Type.Unknown()))).toThrow(
      new TypeError(`This has a schema that at ${path} ${anyValue}. ${end}`),
    )
  })

  it.each(['if', 'not', 'contains', 'propertyNames'])('finds a bigint also in the condition %s', (keyword) => {
    expect(() => checkJsonSchema('This', plain({ type: 'string', [keyword]: Type.BigInt() }))).toThrow(
      new TypeError(`This has a schema that at /${keyword} is of type 'bigint', which JSON cannot carry. ${end}`),
    )
  })

  it.each(accepted)('accepts %s', (_what, schema) => {
    expect(() => checkJsonSchema('This', schema)).not.toThrow()
  })

  it('guards message types and state types, each under its name', () => {
    expect(() => defineMessage('shop.quote', Type.Object({ at: Type.Any() }))).toThrow(
      new TypeError(`Message type 'shop.quote' has a schema that at /properties/at ${anyValue}. ${end}`),
    )
    expect(() => defineState('shop.total', Type.BigInt())).toThrow(
      new TypeError(`State type 'shop.total' has a schema that is of type 'bigint', which JSON cannot carry. ${end}`),
    )
  })
})
