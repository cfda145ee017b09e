import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { defineMessage } from './message.js'
import { nodeFrom } from './node-from.js'

const Quote = defineMessage('shop.quote', Type.Object({ n: Type.Integer() }))
const Price = defineMessage('shop.price', Type.Object({ cents: Type.Integer() }))

function price(quote: { n: number }): { cents: number } {
  return { cents: quote.n * 21 }
}

async function priceLater(quote: { n: number }): Promise<{ cents: number }> {
  return price(quote)
}

/** As some query builders are: it can be awaited, and is no Promise. */
function priceLazily(quote: { n: number }): Promise<{ cents: number }> {
  const later = priceLater(quote)
  const lazy: PromiseLike<{ cents: number }> = {
    // biome-ignore lint/suspicious/noThenProperty: that is what makes it a thenable
    then: (...given) => later.then(...given),
  }
  return lazy as Promise<{ cents: number }>
}

describe('nodeFrom', () => {
  it('takes its name from the function', () => {
    expect(nodeFrom(price, { in: Quote, out: Price })).toMatchObject({
      kind: 'node',
      name: 'price',
      consumes: [Quote],
      emits: [Price],
      concurrency: 16,
      ordered: false,
    })
  })

  it('keeps the labels that are given', () => {
    const options = { in: Quote, out: Price, name: 'other', stage: 'pricing', tags: ['x'], runner: 'cpu' } as const
    expect(nodeFrom(price, { ...options, concurrency: 2 })).toMatchObject({
      name: 'other',
      stage: 'pricing',
      tags: ['x'],
      runner: 'cpu',
      concurrency: 2,
    })
  })

  it('emits the result of a synchronous function without a promise', () => {
    expect(nodeFrom(price, { in: Quote, out: Price }).handle({ n: 2 } as never, {} as never)).toEqual(
      Price.of({ cents: 42 }),
    )
  })

  it.each([priceLater, priceLazily])('emits what %p resolves to', async (run) => {
    const emitted = nodeFrom(run, { in: Quote, out: Price }).handle({ n: 2 } as never, {} as never)
    expect(emitted).toBeInstanceOf(Promise)
    expect(await emitted).toEqual(Price.of({ cents: 42 }))
  })

  it('throws and rejects as the function does', async () => {
    const broken = (): { cents: number } => {
      throw new RangeError('no rate')
    }
    const brokenLater = async (): Promise<{ cents: number }> => broken()
    expect(() => nodeFrom(broken, { in: Quote, out: Price }).handle({ n: 1 } as never, {} as never)).toThrow('no rate')
    await expect(
      nodeFrom(brokenLater, { in: Quote, out: Price }).handle({ n: 1 } as never, {} as never),
    ).rejects.toThrow('no rate')
  })

  it('refuses a function without a name unless one is given', () => {
    expect(() => nodeFrom(() => ({ cents: 1 }), { in: Quote, out: Price })).toThrow(/^A node cannot be named ""/)
    expect(nodeFrom(() => ({ cents: 1 }), { in: Quote, out: Price, name: 'one' }).name).toBe('one')
  })
})
