import { describe, expect, it } from '@jest/globals'
import { stateStoreSuite } from '../src/index.js'
import { collectTests, complaintOf, complaintsOf } from './collect-tests.js'
import { openTinyStateStore, type StateStoreFlaw } from './tiny-state-store.js'

const model = 'it does what a Map does, for random loads and commits over several spaces'

/** What is broken, the test that finds it, and what that test says. */
const broken: readonly (readonly [StateStoreFlaw, string, RegExp])[] = [
  ['loads null for nothing', 'an entry that nobody committed is undefined', /got \[ 'null', 'null' \]/],
  [
    'loads in its own order',
    'values come in the order of the keys, once for each time a key is named',
    /the values must be/,
  ],
  [
    'joins space and key with a colon',
    'spaces share no keys, also where space and key read the same together',
    /the values must be/,
  ],
  ['has one space', 'spaces share no keys, also where space and key read the same together', /the values must be/],
  ['takes falsy values for none', 'null, false, zero and empty values are values', /the values must be/],
  ['repairs text in values', 'every nasty value comes back equal', /the values must be/],
  ['keeps values in an object', 'every nasty value comes back equal', /__proto__/],
  ['cuts long keys', 'every nasty key is a key of its own', /the values must be/],
  ['composes keys', 'every nasty key is a key of its own', /the values must be/],
  ['keeps spaces in an object', 'every nasty key is a space of its own', /the values must be/],
  ['removes nothing', 'undefined removes an entry, and removing what is not there is nothing', /the values must be/],
  ['shares its entries with other stores', 'a store has nothing of another', /the values must be/],
  ['lets the first write of a batch count', 'of two writes for one entry the later counts', /the values must be/],
  ['fails on an empty batch', 'a commit of nothing changes nothing', /wrong number of arguments/],
  ['removes before it writes', 'of two writes for one entry the later counts', /the values must be/],
  ['applies a batch up to its first fault', 'a commit that fails has applied nothing: a key that is no text', /new/],
  ['applies a batch up to its first fault', 'a commit that fails has applied nothing: a write that is none', /new/],
  [
    'applies a batch up to its first fault',
    'a commit that fails has applied nothing: a value that JSON does not carry',
    /new/,
  ],
  ['commits write by write', 'a load beside a commit sees all of it or nothing', /a load saw half of a commit/],
  ['hands out its own list', 'who changes the list that a load returned changes no later load', /scrambled/],
  ['hands out views', 'a later commit changes nothing that a load returned', /the values must be/],
  [
    'keeps the list it was given',
    'who changes the list that was committed changes nothing in the store',
    /the values must be/,
  ],
  ['works after close', 'a closed store fails with DI_CLOSED', /must fail, but it succeeded/],
  ['fails after close with another code', 'a closed store fails with DI_CLOSED', /must fail with DI_CLOSED/],
  ['forgets its tenth entry', model, /Property failed after \d+ tests/],
  ['hands out views', model, /Property failed after \d+ tests/],
  ['removes before it writes', model, /Property failed after \d+ tests/],
  ['joins space and key with a colon', model, /Property failed after \d+ tests/],
]

describe('stateStoreSuite', () => {
  it('has no complaint about a store that keeps the contract', async () => {
    expect(await complaintsOf((runner) => stateStoreSuite(runner, () => openTinyStateStore()))).toEqual([])
  })

  it('has no test that finds nothing', () => {
    const titles = [...collectTests((runner) => stateStoreSuite(runner, () => openTinyStateStore())).keys()]
    const proved = new Set(broken.map(([, title]) => title))
    expect(titles.filter((title) => !proved.has(title))).toEqual([])
  })

  it.each(broken)('finds a store that %s: %s', async (flaw, title, complaint) => {
    const open = () => openTinyStateStore(flaw)
    expect(await complaintOf((runner) => stateStoreSuite(runner, open, { rounds: 300 }), title)).toMatch(complaint)
  })
})
