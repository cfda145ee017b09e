import { describe, expect, it } from '@jest/globals'
import type { DurableStore } from '@millrace/contracts'
import { CachedState } from './cached-state.js'
import { Commits } from './commits.js'

/** A store that has a value for every key: the key itself. */
const store: DurableStore = {
  found: new Map(),
  load: async (_space, keys) => keys,
  commit: async () => undefined,
  close: async () => undefined,
}

describe('CachedState', () => {
  it('has the value that was used least lately when another is read for the same message', async () => {
    const state = new CachedState(store, new Commits(store, () => undefined), 2)
    await state.load('s', ['old'])
    await state.load('s', ['young'])
    expect(await state.load('s', ['old', 'new'])).toEqual(['old', 'new'])
  })

  it('has all that a message needs, also where that is more than it remembers', async () => {
    const state = new CachedState(store, new Commits(store, () => undefined), 2)
    expect(await state.load('s', ['a', 'b', 'c'])).toEqual(['a', 'b', 'c'])
  })
})
