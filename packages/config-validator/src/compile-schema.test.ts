import { describe, expect, it } from '@jest/globals'
import { Type } from '@millrace/contracts'
import { compileSchema } from './compile-schema.js'

const Order = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    n: Type.Integer({ minimum: 1 }),
    kind: Type.Union([Type.Literal('buy'), Type.Literal('sell')]),
    lines: Type.Array(Type.Object({ sku: Type.String() }), { maxItems: 2 }),
    notes: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { additionalProperties: false },
)
const order = { id: '2f0e8dc0-3b5c-4d6f-9a35-0e7b7b0f7f5e', n: 1, kind: 'buy', lines: [{ sku: 'a' }] }

describe('compileSchema', () => {
  it('gives one and the same frozen empty list for every sound value', () => {
    const check = compileSchema(Order)
    expect(check(order)).toEqual([])
    expect(check(order)).toBe(compileSchema(Type.Integer())(5))
    expect(Object.isFrozen(check(order))).toBe(true)
  })

  it.each<[string, unknown, string, string]>([
    ['a wrong type', { ...order, n: 'many' }, 'n', 'must be a whole number of at least 1'],
    ['a number below its least', { ...order, n: 0 }, 'n', 'must be a whole number of at least 1'],
    ['a wrong format', { ...order, id: 'x' }, 'id', 'must be text of the format uuid'],
    ['a literal that is none', { ...order, kind: 'hold' }, 'kind', 'must be one of buy, sell'],
    ['a missing key', { ...order, n: undefined }, 'n', 'is required'],
    ['a missing key far down', { ...order, lines: [{}] }, 'lines[0].sku', 'is required'],
    ['too many entries', { ...order, lines: [{}, {}, {}] }, 'lines', 'must be a list of at most 2 entries'],
    ['another key', { ...order, hunter2: 1 }, '', 'has a key that its schema does not know'],
    [
      'a wrong value of a key that only the payload names',
      { ...order, notes: { hunter2: 1 } },
      'notes.*',
      'must be text',
    ],
    ['no object at all', [order], '', 'must be a mapping with id, n, kind, lines'],
    ['nothing', null, '', 'must be a mapping with id, n, kind, lines'],
  ])('refuses %s', (_, value, path, message) => {
    expect(compileSchema(Order)(value)).toEqual([{ path, message }])
  })

  it('neither converts nor fills in', () => {
    const check = compileSchema(
      Type.Object({ n: Type.Integer({ default: 5 }), on: Type.Optional(Type.Boolean({ default: true })) }),
    )
    const value = { n: 1 }
    expect(check(value)).toEqual([])
    expect(value).toEqual({ n: 1 })
    expect(check({ n: '1' })).toEqual([{ path: 'n', message: 'must be a whole number' }])
    expect(check({})).toEqual([{ path: 'n', message: 'is required' }])
  })

  it('never repeats a value', () => {
    const check = compileSchema(Type.Object({ card: Type.String({ pattern: '^[0-9]{16}$' }), n: Type.Integer() }))
    expect(JSON.stringify(check({ card: 'hunter2', n: 'hunter2' }))).not.toContain('hunter2')
  })
})

describe('compileSchema takes what TypeBox writes', () => {
  it('tuples, which have exactly their entries', () => {
    const check = compileSchema(Type.Tuple([Type.String(), Type.Integer()]))
    expect(check(['a', 1])).toEqual([])
    expect(check(['a', 'b'])).toEqual([{ path: '[1]', message: 'must be a whole number' }])
    expect(check(['a', 1, 2])).toEqual([{ path: '', message: 'must have at most 2 entries' }])
    expect(check(['a'])).toEqual([{ path: '', message: 'must be a list of at least 2 entries' }])
  })

  it('tuples inside everything else', () => {
    const Pair = Type.Tuple([Type.String(), Type.Integer()])
    const check = compileSchema(
      Type.Object({
        pairs: Type.Array(Pair),
        either: Type.Union([Pair, Type.Null()]),
        by: Type.Record(Type.String(), Pair),
      }),
    )
    expect(check({ pairs: [['a', 1]], either: null, by: { x: ['b', 2] } })).toEqual([])
    expect(check({ pairs: [['a', 1]], either: null, by: { x: ['b', 2, 3] } })).toEqual([
      { path: 'by.*', message: 'must have at most 2 entries' },
    ])
  })

  it('recursive types, two of one name beside each other', () => {
    const Tree = Type.Cyclic(
      { Node: Type.Object({ n: Type.Integer(), next: Type.Optional(Type.Ref('Node')) }) },
      'Node',
    )
    const List = Type.Cyclic({ Node: Type.Object({ s: Type.String(), next: Type.Optional(Type.Ref('Node')) }) }, 'Node')
    const checks = [compileSchema(Tree), compileSchema(List)]
    expect(checks.map((check) => check({ n: 1, next: { n: 'x' } }))).toEqual([
      [{ path: 'next.n', message: 'must be a whole number' }],
      [{ path: 's', message: 'is required' }],
    ])
  })

  it('definitions and references', () => {
    const check = compileSchema(
      Type.Unsafe({
        type: 'object',
        $defs: { Sku: { type: 'string', minLength: 3 } },
        properties: { sku: { $ref: '#/$defs/Sku' }, other: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/Sku' }] } },
      }),
    )
    expect(check({ sku: 'abc', other: null })).toEqual([])
    expect(check({ sku: 'a' })).toEqual([{ path: 'sku', message: 'must be text of at least 3 characters' }])
    expect(check({ other: 5 })).toEqual([{ path: 'other', message: 'must be null or a Sku' }])
    expect(check({ other: 'a' })).toEqual([{ path: 'other', message: 'must be text of at least 3 characters' }])
  })

  it('records over all keys, also those that hold a line break', () => {
    const check = compileSchema(Type.Record(Type.String(), Type.Integer()))
    expect(check({ a: 1 })).toEqual([])
    expect(check({ 'a\nb': 'x' })).toEqual([{ path: '*', message: 'must be a whole number' }])
  })

  it('records over some keys', () => {
    const check = compileSchema(
      Type.Record(Type.String({ pattern: '^x-' }), Type.Integer(), { additionalProperties: false }),
    )
    expect(check({ 'x-a': 1 })).toEqual([])
    expect(check({ a: 1 })).toEqual([{ path: '', message: 'has a key that its schema does not know' }])
  })

  it('enums, intersections, templates and formats', () => {
    const check = compileSchema(
      Type.Object({
        size: Type.Enum(['s', 'm']),
        both: Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.String() })], {
          unevaluatedProperties: false,
        }),
        code: Type.TemplateLiteral([Type.Literal('sku-'), Type.String()]),
        at: Type.String({ format: 'date-time' }),
      }),
    )
    const value = { size: 's', both: { a: '', b: '' }, code: 'sku-1', at: '2026-11-01T00:00:00Z' }
    expect(check(value)).toEqual([])
    expect(check({ ...value, size: 'l' })).toEqual([{ path: 'size', message: 'must be one of s, m' }])
    expect(check({ ...value, both: { a: '', b: '', c: '' } })).toEqual([
      { path: 'both', message: 'has a key that its schema does not know' },
    ])
    expect(check({ ...value, code: '1' })).toEqual([{ path: 'code', message: 'must be text that matches ^sku-.*$' }])
    expect(check({ ...value, at: '2026-13-01' })).toEqual([
      { path: 'at', message: 'must be text of the format date-time' },
    ])
  })

  it('unions, of which it tells the branch that was meant', () => {
    const Circle = Type.Object({ shape: Type.Literal('circle'), r: Type.Number() })
    const Square = Type.Object({ shape: Type.Literal('square'), a: Type.Number() })
    const check = compileSchema(Type.Union([Circle, Square]))
    expect(check({ shape: 'square', a: 1 })).toEqual([])
    expect(check({ shape: 'square', a: 'x' })).toEqual([{ path: 'a', message: 'must be a number' }])
    expect(check({ shape: 'oval' })).toEqual([
      { path: '', message: 'must be a mapping with shape, r or a mapping with shape, a' },
    ])
  })

  it('notes that begin with x-', () => {
    expect(compileSchema(Type.String({ 'x-note': 'hello' }))('a')).toEqual([])
  })

  it('properties that every object inherits', () => {
    const check = compileSchema(
      Type.Object(
        { toString: Type.Optional(Type.String()), constructor: Type.Integer() },
        { additionalProperties: false },
      ),
    )
    expect(check({ constructor: 1 })).toEqual([])
    expect(check({})).toEqual([{ path: 'constructor', message: 'is required' }])
    expect(check(JSON.parse('{ "constructor": 1, "__proto__": 2 }'))).toEqual([
      { path: '', message: 'has a key that its schema does not know' },
    ])
  })

  it.each([
    ['a keyword', Type.String({ minLenght: 3 }), /unknown keyword: "minLenght"/],
    ['a format', Type.String({ format: 'colour' }), /unknown format "colour"/],
    ['a reference', Type.Ref('Nobody'), /can't resolve reference Nobody/],
  ])('and refuses %s that means nothing', (_, schema, message) => {
    expect(() => compileSchema(schema)).toThrow(message)
    expect(() => compileSchema(schema)).toThrow(TypeError)
  })
})
