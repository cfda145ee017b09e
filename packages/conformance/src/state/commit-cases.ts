import assert from 'node:assert/strict'
import type { StateWrite } from '@millrace/contracts'
import { failsWith } from '../fails-with.js'
import { assertSameValues } from './same-values.js'
import type { AwaitedStore, StateStoreCase } from './state-store-world.js'

/** A commit applies all of its writes or none, and changes nothing that was handed out before. */
export const commitCases: readonly StateStoreCase[] = [
  {
    title: 'of two writes for one entry the later counts',
    async run(world) {
      const store = await world.open()
      await store.commit(
        { space: 's', key: 'set twice', value: 1 },
        { space: 's', key: 'set, removed', value: 1 },
        { space: 's', key: 'removed, set', value: undefined },
        { space: 's', key: 'set twice', value: 2 },
        { space: 's', key: 'set, removed', value: undefined },
        { space: 's', key: 'removed, set', value: 3 },
      )
      assertSameValues(await store.load('s', 'set twice', 'set, removed', 'removed, set'), [2, undefined, 3])
    },
  },
  {
    title: 'a commit of nothing changes nothing',
    async run(world) {
      const store = await world.open()
      await store.commit({ space: 's', key: 'a', value: 1 })
      await store.commit()
      assertSameValues(await store.load('s', 'a'), [1])
    },
  },
  {
    title: 'a commit that fails has applied nothing: a key that is no text',
    run: async (world) => appliesAllOrNothing(await world.open(), { space: 's', key: notText(), value: 1 }),
  },
  {
    title: 'a commit that fails has applied nothing: a write that is none',
    run: async (world) => appliesAllOrNothing(await world.open(), notWrite()),
  },
  {
    title: 'a commit that fails has applied nothing: a value that JSON does not carry',
    run: async (world) => appliesAllOrNothing(await world.open(), { space: 's', key: 'bad', value: 1n }),
  },
  {
    title: 'a load beside a commit sees all of it or nothing',
    async run(world) {
      const store = await world.open()
      const keys = Array.from({ length: 50 }, (_, index) => `k${index}`)
      const seen: (readonly unknown[])[] = []
      for (let round = 1; round <= 20; round++) {
        const committed = store.commit(...keys.map((key) => ({ space: 's', key, value: round })))
        const [first, second] = await Promise.all([store.load('s', ...keys), store.load('s', ...keys), committed])
        seen.push(first, second)
      }
      for (const values of seen)
        assert.equal(new Set(values).size, 1, `a load saw half of a commit: ${values.join(' ')}`)
      assertSameValues(
        await store.load('s', ...keys),
        keys.map(() => 20),
      )
    },
  },
  {
    title: 'who changes the list that a load returned changes no later load',
    async run(world) {
      const store = await world.open()
      await store.commit({ space: 's', key: 'a', value: 1 }, { space: 's', key: 'b', value: 2 })
      scramble(await store.load('s', 'a', 'b'))
      assertSameValues(await store.load('s', 'a', 'b'), [1, 2])
    },
  },
  {
    title: 'a later commit changes nothing that a load returned',
    async run(world) {
      const store = await world.open()
      await store.commit({ space: 's', key: 'a', value: { n: [1] } }, { space: 's', key: 'b', value: [2] })
      const loaded = await store.load('s', 'a', 'b', 'c')
      await store.commit(
        { space: 's', key: 'a', value: { n: [9] } },
        { space: 's', key: 'b', value: undefined },
        { space: 's', key: 'c', value: 3 },
      )
      assertSameValues(loaded, [{ n: [1] }, [2], undefined])
    },
  },
  {
    title: 'who changes the list that was committed changes nothing in the store',
    async run(world) {
      const store = await world.open()
      const write = { space: 's', key: 'a', value: 1 }
      const writes = [write, { space: 's', key: 'b', value: 2 }]
      await store.store.commit(writes)
      write.key = 'c'
      write.value = 9
      writes.length = 0
      assertSameValues(await store.load('s', 'a', 'b', 'c'), [1, 2, undefined])
    },
  },
  {
    title: 'a closed store fails with DI_CLOSED',
    async run(world) {
      const store = await world.open()
      await store.commit({ space: 's', key: 'a', value: 1 })
      await store.close()
      await failsWith('DI_CLOSED', 'load after close', () => store.load('s', 'a'))
      await failsWith('DI_CLOSED', 'commit after close', () => store.commit({ space: 's', key: 'a', value: 2 }))
    },
  },
]

/** Commits a write that a store may refuse between two that it may not. */
async function appliesAllOrNothing(store: AwaitedStore, doubtful: StateWrite): Promise<void> {
  await store.commit({ space: 's', key: 'before', value: 'old' }, { space: 's', key: 'after', value: 'old' })
  const accepted = await store
    .commit({ space: 's', key: 'before', value: 'new' }, doubtful, { space: 's', key: 'after', value: 'new' })
    .then(
      () => true,
      () => false,
    )
  const value = accepted ? 'new' : 'old'
  assertSameValues(await store.load('s', 'before', 'after'), [value, value])
}

function notText(): string {
  return Symbol('no key') as never // what the type forbids, a program in JavaScript can still pass
}

function notWrite(): StateWrite {
  return null as never // what the type forbids, a program in JavaScript can still pass
}

function scramble(list: readonly unknown[]): void {
  const writable = list as unknown[] // what the type forbids, a program in JavaScript can still do
  // A list that refuses is as good as one that is a copy.
  if (!Object.isFrozen(writable)) writable.splice(0, writable.length, 'scrambled')
}
