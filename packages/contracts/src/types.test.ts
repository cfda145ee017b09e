/**
 * What must fail in `tsc`. Each `@ts-expect-error` is the assertion: the type checker complains if the line below it compiles.
 */
import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { defineBytes, defineMessage } from './message.js'
import { defineNode } from './node.js'
import { nodeFrom } from './node-from.js'
import { defineService, token } from './service.js'
import { defineSink } from './sink.js'
import { defineSource } from './source.js'
import { defineState } from './state.js'

const Quote = defineMessage('shop.quote', Type.Object({ sku: Type.String(), n: Type.Integer({ minimum: 1 }) }))
const Price = defineMessage('shop.price', Type.Object({ cents: Type.Integer() }), { reply: true })
const Photo = defineBytes('shop.photo')
const Rates = token<{ of(sku: string): number }>('shop.rates')
const Totals = defineState('shop.total', Type.Object({ cents: Type.Integer() }))

describe('definitions are inferred end to end', () => {
  it('a node with everything is accepted and its handler is called like a function', () => {
    const price = defineNode({
      name: 'price',
      stage: 'pricing',
      tags: ['cpu'],
      consumes: Quote,
      emits: [Price],
      inject: { rates: Rates },
      handle: (quote, { rates }) => Price.of({ cents: rates.of(quote.sku) * quote.n }),
    })
    expect(price.handle({ sku: 'a', n: 2 }, { rates: { of: () => 21 } })).toEqual(Price.of({ cents: 42 }))
  })

  it('state is typed by its schema and keys by the payload', () => {
    const total = defineNode({
      name: 'total',
      consumes: Price,
      state: { totals: { type: Totals, keys: (price) => [`p:${price.cents}`] } },
      handle: (price, { state }) => {
        state.totals.set('p', { cents: (state.totals.get('p')?.cents ?? 0) + price.cents })
        // @ts-expect-error a state value of another shape
        state.totals.set('p', { pence: 1 })
        // @ts-expect-error a state that is not declared
        state.others?.get('p')
      },
    })
    expect(total.ordered).toBe(true)
  })

  it('generators, promises and nothing are emissions', () => {
    const nodes = [
      defineNode({
        name: 'sync',
        consumes: Quote,
        emits: [Price],
        *handle(quote) {
          yield Price.of({ cents: quote.n })
        },
      }),
      defineNode({
        name: 'stream',
        consumes: Quote,
        emits: [Price],
        async *handle(quote) {
          yield Price.of({ cents: quote.n })
        },
      }),
      defineNode({
        name: 'later',
        consumes: Quote,
        emits: [Price, Photo],
        handle: async (quote) => (quote.n > 1 ? [Price.of({ cents: 1 }), Photo.of(new Uint8Array(1))] : undefined),
      }),
      defineNode({
        name: 'both',
        consumes: [Quote, Price],
        emits: [],
        handle: (payload) => void ('sku' in payload ? payload.sku : payload.cents),
      }),
      nodeFrom((quote: { sku: string; n: number }) => ({ cents: quote.n }), { name: 'cents', in: Quote, out: Price }),
    ]
    expect(nodes.map((node) => node.consumes.length)).toEqual([1, 1, 1, 2, 1])
  })

  it('wrong emissions, payloads and injections do not compile', () => {
    const wrong = () => {
      // @ts-expect-error an emission that is not declared
      defineNode({ name: 'a', consumes: Quote, emits: [Price], handle: () => Quote.of({ sku: 'x', n: 1 }) })
      // @ts-expect-error an emission where nothing is declared
      defineNode({ name: 'b', consumes: Quote, handle: () => Price.of({ cents: 1 }) })
      defineNode({
        name: 'c',
        consumes: Quote,
        emits: [Price],
        // @ts-expect-error an undeclared emission inside an async generator
        async *handle() {
          yield Quote.of({ sku: 'x', n: 1 })
        },
      })
      // @ts-expect-error a payload of another shape
      Price.of({ cents: 'many' })
      // @ts-expect-error a field that the consumed payload does not have
      defineNode({ name: 'd', consumes: Quote, emits: [Price], handle: (quote) => Price.of({ cents: quote.cents }) })
      defineNode({
        name: 'e',
        consumes: Quote,
        emits: [Price],
        // @ts-expect-error a service that is not injected
        handle: (_quote, { rates }) => Price.of({ cents: rates.of('x') }),
      })
      // @ts-expect-error a service of another shape
      defineService(Rates, () => ({ rate: 1 }))
      // @ts-expect-error a source that emits what it does not declare
      defineSource({ name: 'f', emits: [Quote], read: () => [Price.of({ cents: 1 })] })
      defineSink({
        name: 'g',
        consumes: Price,
        // @ts-expect-error a sink that takes another payload
        open: () => ({ write: (price: { pence: number }) => void price.pence }),
      })
      // @ts-expect-error a function whose argument is not the payload
      nodeFrom((quote: { missing: number }) => ({ cents: quote.missing }), { name: 'h', in: Quote, out: Price })
    }
    // Never called: the assertions above are the type checker's.
    expect(wrong).toBeInstanceOf(Function)
  })
})
