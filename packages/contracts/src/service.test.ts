import { describe, expect, it } from '@jest/globals'
import { defineService, token } from './service.js'

interface Rates {
  readonly rate: number
}
const Clock = token<() => number>('clock')
const Rates = token<Rates>('shop.rates')

describe('token', () => {
  it('is a definition with a name', () => {
    expect(Rates).toMatchObject({ kind: 'token', name: 'shop.rates' })
  })

  it('refuses a malformed name', () => {
    expect(() => token('two words')).toThrow(/^A token cannot be named "two words"/)
  })
})

describe('defineService', () => {
  it('is made of a factory alone', async () => {
    const service = defineService(Rates, () => ({ rate: 21 }))
    expect(service).toMatchObject({ kind: 'service', name: 'shop.rates', token: Rates, inject: {}, scope: 'singleton' })
    expect(await service.create({})).toEqual({ rate: 21 })
    expect(await service.close({ rate: 21 })).toBeUndefined()
  })

  it('is made of what it injects, and closed', async () => {
    const closed: Rates[] = []
    const service = defineService(Rates, {
      inject: { clock: Clock },
      scope: 'scoped',
      create: async ({ clock }) => ({ rate: clock() }),
      close: (rates) => void closed.push(rates),
    })
    expect([service.inject, service.scope]).toEqual([{ clock: Clock }, 'scoped'])
    const rates = await service.create({ clock: () => 7 })
    await service.close(rates)
    expect([rates, closed]).toEqual([{ rate: 7 }, [{ rate: 7 }]])
  })
})
