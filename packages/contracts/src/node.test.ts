import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { defineMessage } from './message.js'
import { defineNode, isMessage } from './node.js'
import { token } from './service.js'
import { defineState } from './state.js'

const Quote = defineMessage('shop.quote', Type.Object({ n: Type.Integer() }))
const Price = defineMessage('shop.price', Type.Object({ cents: Type.Integer() }))
const Rates = token<{ readonly rate: number }>('shop.rates')
const Total = defineState('shop.total', Type.Integer())

describe('defineNode', () => {
  it('fills in every default', () => {
    const handle = () => undefined
    expect(defineNode({ name: 'log', consumes: Quote, handle })).toEqual(
      expect.objectContaining({
        kind: 'node',
        name: 'log',
        stage: undefined,
        tags: [],
        runner: 'io',
        consumes: [Quote],
        emits: [],
        inject: {},
        state: {},
        ordered: false,
        concurrency: 16,
        onError: 'fail',
        config: undefined,
        handle,
      }),
    )
  })

  it('keeps everything that was given', () => {
    const config = Type.Object({ currency: Type.String() })
    const node = defineNode({
      name: 'price',
      stage: 'pricing',
      tags: ['cpu'],
      runner: 'cpu',
      consumes: [Quote, Price],
      emits: [Price],
      inject: { rates: Rates },
      ordered: true,
      concurrency: 4,
      onError: 'dead_letter',
      config,
      handle: () => Price.of({ cents: 1 }),
    })
    expect(node).toMatchObject({
      stage: 'pricing',
      tags: ['cpu'],
      runner: 'cpu',
      consumes: [Quote, Price],
      emits: [Price],
      inject: { rates: Rates },
      ordered: true,
      concurrency: 4,
      onError: 'dead_letter',
      config,
    })
  })

  it('makes a node with state ordered, whatever it says', () => {
    const node = defineNode({
      name: 'total',
      consumes: Quote,
      state: { total: { type: Total, keys: () => ['all'] } },
      ordered: false,
      handle: () => undefined,
    })
    expect(node.ordered).toBe(true)
  })

  it.each(['config', 'state', 'signal', 'deadline', 'traceId', 'type', 'log', 'request', 'progress'])(
    'refuses an injection that would hide %s',
    (name) => {
      expect(() =>
        defineNode({ name: 'a', consumes: Quote, inject: { [name]: Rates }, handle: () => undefined }),
      ).toThrow(new TypeError(`'a' injects something as '${name}', which the context already has; choose another name`))
    },
  )

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a concurrency of %p', (concurrency) => {
    expect(() => defineNode({ name: 'a', consumes: Quote, concurrency, handle: () => undefined })).toThrow(
      new TypeError(`Node 'a' has a concurrency of ${concurrency}; it must be a whole number of at least 1`),
    )
  })

  it('refuses a malformed name', () => {
    expect(() => defineNode({ name: 'a b', consumes: Quote, handle: () => undefined })).toThrow(
      /^A node cannot be named "a b"/,
    )
  })
})

describe('isMessage', () => {
  it('knows what a type made', () => {
    expect(isMessage(Price.of({ cents: 1 }))).toBe(true)
  })

  it.each([
    undefined,
    null,
    'text',
    Price,
    { payload: {} },
    { type: Price },
    { type: 'shop.price', payload: {} },
    { type: { kind: 'node' }, payload: {} },
    [Price.of({ cents: 1 })],
  ])('knows that %p is none', (value) => {
    expect(isMessage(value)).toBe(false)
  })
})
