import { describe, expect, it } from '@jest/globals'
import { createMemoryStateStore } from './memory-state-store.js'

// What every store must do is proved by the suite of @millrace/conformance; here is what only this store promises.
describe('createMemoryStateStore', () => {
  it('answers at once, and keeps values by reference', () => {
    const store = createMemoryStateStore()
    const value = { n: 1 }
    expect(store.commit([{ space: 's', key: 'a', value }])).toBeUndefined()
    expect(store.load('s', ['a'])[0]).toBe(value)
  })

  it('counts its entries over all spaces', () => {
    const store = createMemoryStateStore()
    store.commit([
      { space: 's', key: 'a', value: 1 },
      { space: 's', key: 'b', value: null },
      { space: 't', key: 'a', value: 1 },
      { space: 't', key: 'b', value: undefined },
    ])
    expect(store.size()).toBe(3)
    store.commit([{ space: 's', key: 'a', value: undefined }])
    expect(store.size()).toBe(2)
  })

  it.each([
    ['no object', null],
    ['a key that is no string', { space: 's', key: 1, value: 1 }],
    ['a space that is no string', { key: 'a', value: 1 }],
  ])('refuses a batch with a write that is malformed, before it applies any: %s', (_name, malformed) => {
    const store = createMemoryStateStore()
    const commit = () => store.commit([{ space: 's', key: 'a', value: 1 }, malformed as never]) // as JavaScript may call it
    expect(commit).toThrow(new TypeError('A state write needs a space and a key that are strings'))
    expect(store.size()).toBe(0)
  })

  it('holds nothing after close, and may be closed again', () => {
    const store = createMemoryStateStore()
    store.commit([{ space: 's', key: 'a', value: 1 }])
    store.close()
    store.close()
    expect(store.size()).toBe(0)
    expect(() => store.load('s', ['a'])).toThrow(
      'DI_CLOSED: the memory state store cannot be used, because it is closed; make a new one',
    )
  })
})
