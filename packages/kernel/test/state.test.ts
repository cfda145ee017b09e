import { describe, expect, it } from '@jest/globals'
import { createRuntime, defineMessage, defineNode, defineState, type Part, type Runtime, Type } from '../src/index.js'
import { Count, codeOf, deferred, Item, turn } from './shop.js'

const Total = defineState('shop.total', Type.Object({ sum: Type.Integer() }))
const Deposit = defineMessage('shop.deposit', Type.Object({ account: Type.String(), amount: Type.Integer() }))
const Balance = defineMessage('shop.balance', Type.Object({ sum: Type.Integer() }), { reply: true })

async function start(nodes: readonly Part[]): Promise<Runtime> {
  const app = await createRuntime({ nodes })
  await app.start()
  return app
}

const keys = ({ account }: { readonly account: string }) => [account]

/** Adds up deposits; the way it fails is the test's. */
function ledger(after: (sum: number) => void | Promise<void> = () => undefined) {
  return defineNode({
    name: 'ledger',
    consumes: Deposit,
    emits: [Balance],
    state: { totals: { type: Total, keys } },
    handle: ({ account, amount }, { state }) => {
      const sum = (state.totals.get(account)?.sum ?? 0) + amount
      state.totals.set(account, { sum })
      const waits = after(sum)
      return waits === undefined ? Balance.of({ sum }) : waits.then(() => Balance.of({ sum }))
    },
  })
}

const deposit = (app: Runtime, account: string, amount: number) =>
  app.request(Deposit, { account, amount }, { expect: Balance })

describe('state', () => {
  it('is kept between messages, by key', async () => {
    const app = await start([ledger()])
    const sums = [await deposit(app, 'a', 1), await deposit(app, 'b', 10), await deposit(app, 'a', 2)]
    expect(sums).toEqual([{ sum: 1 }, { sum: 10 }, { sum: 3 }])
    await app.stop()
  })

  it('is not written by a handler that throws', async () => {
    const app = await start([
      ledger((sum) => {
        if (sum > 5) throw new Error('too much')
      }),
    ])
    await deposit(app, 'a', 5)
    expect(await codeOf(deposit(app, 'a', 1))).toBe('NODE_FAILED')
    expect(await deposit(app, 'a', 0)).toEqual({ sum: 5 })
    await app.stop()
  })

  it('is not written by a handler whose promise is rejected', async () => {
    const app = await start([
      ledger(async (sum) => {
        await turn()
        if (sum > 5) throw new Error('too much')
      }),
    ])
    await deposit(app, 'a', 5)
    expect(await codeOf(deposit(app, 'a', 1))).toBe('NODE_FAILED')
    expect(await deposit(app, 'a', 0)).toEqual({ sum: 5 })
    await app.stop()
  })

  it('is handled one message at a time, also by an asynchronous handler', async () => {
    const app = await start([ledger(async () => turn())])
    const sums = await Promise.all(Array.from({ length: 50 }, () => deposit(app, 'a', 1)))
    expect(sums.map(({ sum }) => sum)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
    await app.stop()
  })

  it('is committed before the outputs of a generator leave, and not at all when it throws after some', async () => {
    const gush = defineNode({
      name: 'gush',
      consumes: Deposit,
      emits: [Balance],
      state: { totals: { type: Total, keys } },
      *handle({ account, amount }, { state }) {
        state.totals.set(account, { sum: amount })
        yield Balance.of({ sum: state.totals.get(account)?.sum ?? 0 })
        if (amount > 5) throw new Error('too much')
      },
    })
    const app = await start([gush])
    expect(await codeOf(deposit(app, 'a', 6))).toBe('NODE_FAILED')
    expect(await deposit(app, 'a', 1)).toEqual({ sum: 1 })
    await app.stop()
  })

  it('is not written by a handler that ends after its request was given up: what it returned does not leave either', async () => {
    const gate = deferred()
    const app = await start([ledger((sum) => (sum > 5 ? gate.promise : undefined))])
    await deposit(app, 'a', 5)
    const signal = AbortSignal.timeout(10)
    const givenUp = app.request(Deposit, { account: 'a', amount: 1 }, { expect: Balance, signal })
    expect(await codeOf(givenUp)).toBe('REPLY_CANCELLED')
    gate.resolve()
    expect(await deposit(app, 'a', 0)).toEqual({ sum: 5 })
    await app.stop()
  })

  it('is left by a generator whose request was given up: it is asked for nothing more, and told to return', async () => {
    const giveUp = new AbortController()
    let yielded = 0
    const told = deferred()
    const endless = defineNode({
      name: 'endless',
      consumes: Deposit,
      emits: [Balance],
      state: { totals: { type: Total, keys } },
      async *handle() {
        try {
          for (; yielded < 1000; yielded++) {
            if (yielded === 3) giveUp.abort()
            await turn()
            yield Balance.of({ sum: yielded })
          }
        } finally {
          told.resolve()
        }
      },
    })
    const app = await start([endless])
    const { signal } = giveUp
    const givenUp = app.request(Deposit, { account: 'a', amount: 1 }, { expect: Balance, signal })
    expect(await codeOf(givenUp)).toBe('REPLY_CANCELLED')
    await told.promise
    expect(yielded).toBe(3)
    await app.stop()
  })

  it('is no obstacle to refusing what is neither a message nor a promise, though it has a field called then', async () => {
    const odd = defineNode({
      name: 'odd',
      consumes: Deposit,
      emits: [Balance],
      state: { totals: { type: Total, keys } },
      // biome-ignore lint/suspicious/noThenProperty: what it is about
      handle: () => ({ then: 5 }) as unknown as undefined,
    })
    const app = await start([odd])
    expect(await codeOf(deposit(app, 'a', 1))).toBe('NODE_EMITS_UNDECLARED')
    await app.stop()
  })

  it('refuses a key that the message did not declare', async () => {
    const nosy = defineNode({
      name: 'nosy',
      consumes: Count,
      emits: [Item],
      state: { totals: { type: Total, keys: ({ n }) => [`k${n}`] } },
      handle: (_count, { state }) => Item.of({ i: state.totals.get('other')?.sum ?? 0 }),
    })
    const app = await start([nosy])
    await expect(app.request(Count, { n: 1 }, { expect: Item })).rejects.toHaveProperty(
      'cause.message',
      "State 'nosy.totals' has no entry 'other' for this message: its keys() named k1",
    )
    await app.stop()
  })

  it('fails in development when a value does not match its schema, or is changed after it was written', async () => {
    const careless = defineNode({
      name: 'careless',
      consumes: Deposit,
      emits: [Balance],
      state: { totals: { type: Total, keys } },
      handle: ({ account, amount }, { state }) => {
        const total = { sum: amount }
        state.totals.set(account, total)
        if (amount === 7) Object.assign(total, { sum: 8 })
        return Balance.of({ sum: 1 })
      },
    })
    const app = await start([careless])
    expect(await codeOf(deposit(app, 'a', 1))).toBeUndefined()
    await expect(deposit(app, 'a', 7)).rejects.toHaveProperty('cause.message', expect.stringContaining('read only'))
    const relay = defineNode({
      name: 'relay',
      consumes: Count,
      emits: [Item],
      state: { totals: { type: Total, keys: () => ['k'] } },
      handle: (_count, { state }) => {
        state.totals.set('k', { sum: 0.5 })
        return Item.of({ i: 1 })
      },
    })
    const other = await start([relay])
    await expect(other.request(Count, { n: 1 }, { expect: Item })).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
      facts: { type: 'shop.total' },
    })
    await Promise.all([app.stop(), other.stop()])
  })

  it('can be removed', async () => {
    const reset = defineNode({
      name: 'reset',
      consumes: Deposit,
      emits: [Balance],
      state: { totals: { type: Total, keys } },
      handle: ({ account, amount }, { state }) => {
        const before = state.totals.get(account)?.sum ?? -1
        if (amount === 0) state.totals.delete(account)
        else state.totals.set(account, { sum: amount })
        return Balance.of({ sum: before })
      },
    })
    const app = await start([reset])
    const sums = [await deposit(app, 'a', 4), await deposit(app, 'a', 0), await deposit(app, 'a', 0)]
    expect(sums).toEqual([{ sum: -1 }, { sum: 4 }, { sum: -1 }])
    await app.stop()
  })
})
