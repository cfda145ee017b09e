import { describe, expect, it } from '@jest/globals'
import { stateStoreSuite } from '../src/index.js'
import { complaintOf, complaintsOf } from './collect-tests.js'
import { openTinyStateStore, type StateStoreFlaw } from './tiny-state-store.js'

const model = 'it does what a Map does, for random loads and commits over several spaces'

describe('stateStoreSuite', () => {
  it('has no complaint about a store that keeps the contract', async () => {
    expect(await complaintsOf((runner) => stateStoreSuite(runner, () => openTinyStateStore()))).toEqual([])
  }, 60_000)

  it.each<[StateStoreFlaw, string, RegExp]>([
    ['loads null for nothing', 'an entry that nobody committed is undefined', /null/],
    ['loads in its own order', 'values come in the order of the keys, once for each time a key is named', /deep/],
    [
      'joins space and key with a colon',
      'spaces share no keys, also where space and key read the same together',
      /deep/,
    ],
    ['has one space', 'spaces share no keys, also where space and key read the same together', /deep/],
    ['takes falsy values for none', 'null, false, zero and empty values are values', /undefined/],
    ['repairs text in values', 'every nasty value comes back equal', /deep/],
    ['keeps values in an object', 'every nasty value comes back equal', /__proto__/],
    ['cuts long keys', 'every nasty key is a key of its own', /deep/],
    ['composes keys', 'every nasty key is a key of its own', /deep/],
    ['keeps spaces in an object', 'every nasty key is a space of its own', /deep/],
    ['removes nothing', 'undefined removes an entry, and removing what is not there is nothing', /deep/],
    ['shares its entries with other stores', 'a store has nothing of another', /deep/],
    ['lets the first write of a batch count', 'of two writes for one entry the later counts', /deep/],
    ['removes before it writes', 'of two writes for one entry the later counts', /deep/],
    ['applies a batch up to its first fault', 'a commit that fails has applied nothing: a key that is no text', /new/],
    ['applies a batch up to its first fault', 'a commit that fails has applied nothing: a write that is none', /new/],
    [
      'applies a batch up to its first fault',
      'a commit that fails has applied nothing: a value that JSON does not carry',
      /new/,
    ],
    ['commits write by write', 'a load beside a commit sees all of it or nothing', /a load saw half of a commit/],
    ['hands out its own list', 'who changes the list that a load returned changes no later load', /scrambled/],
    ['hands out views', 'a later commit changes nothing that a load returned', /deep/],
    ['keeps the list it was given', 'who changes the list that was committed changes nothing in the store', /deep/],
    ['works after close', 'a closed store fails with DI_CLOSED', /must fail, but it succeeded/],
    ['fails after close with another code', 'a closed store fails with DI_CLOSED', /must fail with DI_CLOSED/],
    ['forgets its tenth entry', model, /Property failed after \d+ tests/],
    ['hands out views', model, /Property failed after \d+ tests/],
    ['removes before it writes', model, /Property failed after \d+ tests/],
    ['joins space and key with a colon', model, /Property failed after \d+ tests/],
  ])('finds a store that %s: %s', async (flaw, title, complaint) => {
    const broken = () => openTinyStateStore(flaw)
    expect(await complaintOf((runner) => stateStoreSuite(runner, broken, { rounds: 300 }), title)).toMatch(complaint)
  })
})
