import assert from 'node:assert/strict'
import type { LedgerWrite, StateWrite } from '@millrace/contracts'
import { assertSame } from '../assert-same.js'
import { nastyKeys } from '../nasty-keys.js'
import type { AwaitedDurableStore, DurableStoreCase } from './durable-store-world.js'
import { assertSameValues } from './same-values.js'

/** What a store keeps beyond the process that has committed it, of state and of the slot's ledger. */
export const ledgerCases: readonly DurableStoreCase[] = [
  {
    title: 'a slot that nobody had has an empty ledger',
    async run(world) {
      const open = await world.application()
      assertFound(await open(), [])
    },
  },
  {
    title: 'state and ledger are found by whoever opens the slot later',
    async run(world) {
      const open = await world.application()
      const first = await open()
      await first.commit([{ space: 's', key: 'k', value: { n: 1 } }], [{ entry: 'e', text: 'one' }])
      await first.close()
      const second = await open({ run: 'second' })
      assertFound(second, [['e', 'one']])
      assertSameValues(await second.load('s', 'k'), [{ n: 1 }])
    },
  },
  {
    title: 'an entry can be replaced and removed, and of two changes in one commit the later counts',
    async run(world) {
      const open = await world.application()
      const first = await open()
      await first.commit(
        [],
        ['kept', 'replaced', 'removed', 'set, removed'].map((entry) => ({ entry, text: 'old' })),
      )
      await first.commit(
        [],
        [
          { entry: 'replaced', text: 'never seen' },
          { entry: 'replaced', text: 'new' },
          { entry: 'removed', text: undefined },
          { entry: 'set, removed', text: 'never seen' },
          { entry: 'set, removed', text: undefined },
          { entry: 'removed, set', text: undefined },
          { entry: 'removed, set', text: 'new' },
          { entry: 'never there', text: undefined },
        ],
      )
      await first.close()
      const expected = [
        ['kept', 'old'],
        ['removed, set', 'new'],
        ['replaced', 'new'],
      ] as const
      assertFound(await open({ run: 'second' }), expected)
    },
  },
  {
    title: 'each slot has a ledger of its own, and all have the same state',
    async run(world) {
      const open = await world.application()
      const [one, other] = [await open({ slot: 'a#1' }), await open({ slot: 'a#2' })]
      await one.commit([{ space: 's', key: 'k', value: 1 }], [{ entry: 'e', text: 'of a#1' }])
      await other.commit([], [{ entry: 'e', text: 'of a#2' }])
      assertSameValues(await other.load('s', 'k'), [1])
      for (const store of [one, other]) await store.close()
      assertFound(await open({ slot: 'a#1', run: 'second' }), [['e', 'of a#1']])
      assertFound(await open({ slot: 'a#2', run: 'second' }), [['e', 'of a#2']])
    },
  },
  {
    title: 'an application has nothing of another',
    async run(world) {
      const [open, openOther] = [await world.application(), await world.application()]
      await (await open()).commit([{ space: 's', key: 'k', value: 1 }], [{ entry: 'e', text: 'one' }])
      const other = await openOther()
      assertFound(other, [])
      assertSameValues(await other.load('s', 'k'), [undefined])
    },
  },
  {
    title: 'every nasty key is an entry of its own, and a text comes back as it was',
    async run(world) {
      const open = await world.application()
      const first = await open()
      const entries = nastyKeys().map((key) => [key, key] as const)
      await first.commit(
        [],
        entries.map(([entry, text]) => ({ entry, text })),
      )
      await first.close()
      assertFound(await open({ run: 'second' }), entries)
    },
  },
  {
    title: 'what was found stays as it was when more is committed',
    async run(world) {
      const open = await world.application()
      const first = await open()
      await first.commit([], [{ entry: 'e', text: 'one' }])
      await first.close()
      const second = await open({ run: 'second' })
      await second.commit([], [{ entry: 'e', text: 'two' }])
      assertFound(second, [['e', 'one']])
    },
  },
  {
    title: 'commits are applied in the order of their calls, without being waited for',
    async run(world) {
      const open = await world.application()
      const first = await open()
      const done: number[] = []
      await Promise.all(counting(200).map((n) => first.commit(...nth(n)).then(() => void done.push(n))))
      assertSame('the order in which commits are done', done, counting(200))
      assertSameValues(await first.load('s', 'count'), [200])
      await first.close()
      assertFound(await open({ run: 'second' }), [['count', '200']])
    },
  },
  {
    title: 'a commit that fails has applied nothing of state and ledger: a value that JSON does not carry',
    run: (world) => appliesAllOrNothing(world, [{ space: 's', key: 'bad', value: 1n }], []),
  },
  {
    title: 'a commit that fails has applied nothing of state and ledger: an entry that is no text',
    run: (world) => appliesAllOrNothing(world, [], [{ entry: notText(), text: 'bad' }]),
  },
  {
    title: 'a durable store that is closed fails with DI_CLOSED, and what it was told before is kept',
    async run(world) {
      const open = await world.application()
      const first = await open()
      const told = first.commit(...nth(1))
      await first.close()
      await told
      await assert.rejects(first.load('s', 'count'), { code: 'DI_CLOSED' })
      await assert.rejects(first.commit(...nth(2)), { code: 'DI_CLOSED' })
      const second = await open({ run: 'second' })
      assertFound(second, [['count', '1']])
      assertSameValues(await second.load('s', 'count'), [1])
    },
  },
]

/** The numbers from 1. */
export function counting(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

/** A commit that leaves its number in state and ledger. */
export function nth(n: number): readonly [readonly StateWrite[], readonly LedgerWrite[]] {
  return [[{ space: 's', key: 'count', value: n }], [{ entry: 'count', text: String(n) }]]
}

/** Asserts what a store has found in its ledger, in any order. */
export function assertFound(
  { store }: AwaitedDurableStore,
  expected: readonly (readonly [entry: string, text: string])[],
): void {
  const sorted = (entries: Iterable<readonly [string, string]>): readonly (readonly [string, string])[] =>
    [...entries].map(([entry, text]) => [entry, text] as const).sort(([one], [other]) => (one < other ? -1 : 1))
  assertSame('the ledger', sorted(store.found), sorted(expected))
}

/** Commits something that a store may refuse beside something that it may not. */
async function appliesAllOrNothing(
  world: Parameters<DurableStoreCase['run']>[0],
  writes: readonly StateWrite[],
  ledger: readonly LedgerWrite[],
): Promise<void> {
  const open = await world.application()
  const first = await open()
  await first.commit(...nth(1))
  const [goodWrites, goodLedger] = nth(2)
  const accepted = await first.commit([...goodWrites, ...writes], [...goodLedger, ...ledger]).then(
    () => true,
    () => false,
  )
  const n = accepted ? 2 : 1
  assertSameValues(await first.load('s', 'count'), [n])
  await first.close()
  const found = (await open({ run: 'second' })).store.found.get('count')
  assertSame('the entry beside the one that may be refused', found, String(n))
}

function notText(): string {
  return Symbol('no entry') as never // what the type forbids, a program in JavaScript can still pass
}
