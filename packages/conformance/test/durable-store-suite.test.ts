import { describe, expect, it } from '@jest/globals'
import { durableStoreSuite } from '../src/index.js'
import { collectTests, complaintOf, complaintsOf } from './collect-tests.js'
import { type DurableStoreFlaw, openTinyDurableStores } from './tiny-durable-store.js'

const [reopened, changes, slots, refusedValue, refusedEntry, closed, inOrder, takenOver, fencedOff, underWay] = [
  'state and ledger are found by whoever opens the slot later',
  'an entry can be replaced and removed, and of two changes in one commit the later counts',
  'each slot has a ledger of its own, and all have the same state',
  'a commit that fails has applied nothing of state and ledger: a value that JSON does not carry',
  'a commit that fails has applied nothing of state and ledger: an entry that is no text',
  'a durable store that is closed fails with DI_CLOSED, and what it was told before is kept',
  'commits are applied in the order of their calls, without being waited for',
  'a later process of a run takes its slot over, and finds what the earlier has committed',
  'a process that another has taken over from fails with FENCED, again and again, and nothing of it is applied',
  'of commits that are under way while a slot is taken over, those that were done are found, and no others',
] as const

/** What is broken, the test that finds it, and what that test says. */
const broken: readonly (readonly [DurableStoreFlaw, string, RegExp])[] = [
  ['finds an entry that nobody wrote', 'a slot that nobody had has an empty ledger', /the ledger must be/],
  ['forgets its ledger', reopened, /the ledger must be/],
  ['forgets its state', reopened, /the values must be/],
  ['removes no entry', changes, /the ledger must be/],
  ['lets the first change of an entry count', changes, /the ledger must be/],
  ['has one ledger for all slots', slots, /the ledger must be/],
  ['has state for each slot', slots, /the values must be/],
  ['shares everything with other applications', 'an application has nothing of another', /the ledger must be/],
  ['composes entries', 'every nasty key is an entry of its own, and a text comes back as it was', /the ledger must be/],
  ['trims texts', 'every nasty key is an entry of its own, and a text comes back as it was', /the ledger must be/],
  ['hands out its ledger', 'what was found stays as it was when more is committed', /the ledger must be/],
  ['applies later commits first', inOrder, /must be/],
  ['is done out of order', inOrder, /the order in which commits are done must be/],
  ['applies a ledger before it looks at the state', refusedValue, /the entry beside/],
  ['applies state before it looks at the ledger', refusedEntry, /the values must be/],
  ['works after close', closed, /Missing expected rejection/],
  ['drops what it has not applied when it is closed', closed, /the ledger must be/],
  ['does not let a later process in', takenOver, /FENCED/],
  ['fences nobody', fencedOff, /must fail, but it succeeded/],
  ['fences one commit', fencedOff, /must fail, but it succeeded/],
  ['fences the ledger alone', fencedOff, /the values must be/],
  [
    'gives the slot of another back',
    'closing a store that is fenced off takes nothing from the one that has the slot',
    /FENCED/,
  ],
  ['is done before it has applied', underWay, /the number that was found must be/],
  [
    'lets an earlier process in',
    'an earlier process of a run cannot have the slot of a later one',
    /must fail, but it succeeded/,
  ],
]

describe('durableStoreSuite', () => {
  it('has no complaint about a store that keeps the contract', async () => {
    expect(await complaintsOf((runner) => durableStoreSuite(runner, () => openTinyDurableStores()))).toEqual([])
  })

  it('has no test that finds nothing', () => {
    const titles = [...collectTests((runner) => durableStoreSuite(runner, () => openTinyDurableStores())).keys()]
    const proved = new Set(broken.map(([, title]) => title))
    expect(titles.filter((title) => !proved.has(title))).toEqual([])
  })

  it.each(broken)('finds a store that %s: %s', async (flaw, title, complaint) => {
    const open = () => openTinyDurableStores(flaw)
    expect(await complaintOf((runner) => durableStoreSuite(runner, open), title)).toMatch(complaint)
  })
})
