import assert from 'node:assert/strict'
import { nastyKeys } from '../nasty-keys.js'
import { nastyPayloads } from '../nasty-payloads.js'
import { assertSameValues } from './same-values.js'
import type { StateStoreCase } from './state-store-world.js'

/** What is committed is what is loaded, whatever the key and the value. */
export const entryCases: readonly StateStoreCase[] = [
  {
    title: 'an entry that nobody committed is undefined',
    async run(world) {
      const store = await world.open()
      assertSameValues(await store.load('node.state', 'a', 'b'), [undefined, undefined])
      assertSameValues(await store.load('node.state'), [])
    },
  },
  {
    title: 'values come in the order of the keys, once for each time a key is named',
    async run(world) {
      const store = await world.open()
      await store.commit({ space: 's', key: 'a', value: 1 }, { space: 's', key: 'b', value: { two: 2 } })
      assertSameValues(await store.load('s', 'b', 'missing', 'a', 'b'), [{ two: 2 }, undefined, 1, { two: 2 }])
    },
  },
  {
    title: 'spaces share no keys, also where space and key read the same together',
    async run(world) {
      const store = await world.open()
      await store.commit({ space: 'a', key: 'b:c', value: 1 }, { space: 'a:b', key: 'c', value: 2 })
      await store.commit({ space: 'a.b', key: 'c', value: 3 }, { space: 'a', key: 'b.c', value: 4 })
      assertSameValues(await store.load('a', 'b:c', 'b.c', 'c'), [1, 4, undefined])
      assertSameValues(await store.load('a:b', 'c', 'b:c'), [2, undefined])
      assertSameValues(await store.load('a.b', 'c'), [3])
    },
  },
  {
    title: 'null, false, zero and empty values are values',
    async run(world) {
      const store = await world.open()
      const values = [null, false, 0, '', [], {}]
      await store.commit(...values.map((value, index) => ({ space: 's', key: `k${index}`, value })))
      assertSameValues(await store.load('s', ...values.map((_, index) => `k${index}`)), values)
    },
  },
  {
    title: 'every nasty value comes back equal',
    async run(world) {
      const store = await world.open()
      for (const { name, payload } of nastyPayloads()) {
        await store.commit({ space: 's', key: name, value: payload })
        assertSameValues(await store.load('s', name), [payload])
      }
    },
  },
  {
    title: 'every nasty key is a key of its own',
    async run(world) {
      const store = await world.open()
      const keys = nastyKeys()
      await store.commit(...keys.map((key, value) => ({ space: 's', key, value })))
      assertSameValues(await store.load('s', ...keys), [...keys.keys()])
      for (const key of keys) await store.commit({ space: 's', key, value: undefined })
      assertSameValues(
        await store.load('s', ...keys),
        keys.map(() => undefined),
      )
    },
  },
  {
    title: 'every nasty key is a space of its own',
    async run(world) {
      const store = await world.open()
      const spaces = nastyKeys()
      await store.commit(...spaces.map((space, value) => ({ space, key: 'k', value })))
      const values = await Promise.all(spaces.map((space) => store.load(space, 'k')))
      assertSameValues(values.flat(), [...spaces.keys()])
    },
  },
  {
    title: 'undefined removes an entry, and removing what is not there is nothing',
    async run(world) {
      const store = await world.open()
      await store.commit({ space: 's', key: 'a', value: 1 }, { space: 's', key: 'b', value: 2 })
      await store.commit({ space: 's', key: 'a', value: undefined }, { space: 't', key: 'a', value: undefined })
      assertSameValues(await store.load('s', 'a', 'b'), [undefined, 2])
      await store.commit({ space: 's', key: 'a', value: 3 })
      assertSameValues(await store.load('s', 'a', 'b'), [3, 2])
    },
  },
  {
    title: 'a store has nothing of another',
    async run(world) {
      const [first, second] = [await world.open(), await world.open()]
      await first.commit({ space: 's', key: 'a', value: 1 })
      assertSameValues(await second.load('s', 'a'), [undefined])
      assert.notEqual(first.store, second.store)
    },
  },
]
