import { type DurableStore, type LedgerWrite, MillraceError, type StateWrite } from '@millrace/contracts'
import type { OpenDurableStore, SlotOwner } from '../src/index.js'

/** What a broken durable store does wrong. */
export type DurableStoreFlaw =
  | 'finds an entry that nobody wrote'
  | 'forgets its ledger'
  | 'forgets its state'
  | 'removes no entry'
  | 'lets the first change of an entry count'
  | 'has one ledger for all slots'
  | 'has state for each slot'
  | 'shares everything with other applications'
  | 'composes entries'
  | 'trims texts'
  | 'hands out its ledger'
  | 'applies later commits first'
  | 'is done out of order'
  | 'applies a ledger before it looks at the state'
  | 'applies state before it looks at the ledger'
  | 'works after close'
  | 'drops what it has not applied when it is closed'
  | 'does not let a later process in'
  | 'fences nobody'
  | 'fences one commit'
  | 'fences the ledger alone'
  | 'gives the slot of another back'
  | 'is done before it has applied'
  | 'lets an earlier process in'

interface Kept {
  readonly state: Map<string, string>
  readonly ledgers: Map<string, Map<string, string>>
  readonly owners: Map<string, SlotOwner>
}

const shared = keptNothing()

/** The smallest application whose stores pass the suite, or fail it in one way. What they keep is in memory. */
export function openTinyDurableStores(flaw?: DurableStoreFlaw): OpenDurableStore {
  const kept = flaw === 'shares everything with other applications' ? shared : keptNothing()
  return async (owner) => {
    const held = kept.owners.get(owner.slot)
    if (held !== undefined && flaw === 'does not let a later process in') throw fenced()
    if (held !== undefined && held.incarnation > owner.incarnation && flaw !== 'lets an earlier process in')
      throw fenced()
    kept.owners.set(owner.slot, owner)
    return tinyStore(kept, owner, flaw)
  }
}

function keptNothing(): Kept {
  return { state: new Map(), ledgers: new Map(), owners: new Map() }
}

function tinyStore(kept: Kept, owner: SlotOwner, flaw: DurableStoreFlaw | undefined): DurableStore {
  const slot = flaw === 'has one ledger for all slots' ? 'all' : owner.slot
  const ledger = kept.ledgers.get(slot) ?? new Map<string, string>()
  kept.ledgers.set(slot, ledger)
  if (flaw === 'forgets its state') kept.state.clear()
  const found = flaw === 'hands out its ledger' ? ledger : new Map(flaw === 'forgets its ledger' ? [] : ledger)
  if (flaw === 'finds an entry that nobody wrote') found.set('version', '1')
  let isClosed = false
  let fencings = 0
  let before: Promise<unknown> = Promise.resolve()

  const id = (space: string, key: string): string =>
    JSON.stringify([space, key, flaw === 'has state for each slot' ? owner.slot : ''])

  function setState(writes: readonly StateWrite[]): void {
    const texts = writes.map(({ space, key, value }) => [id(space, key), JSON.stringify(value)] as const)
    for (const [name, text] of texts) {
      if (text === undefined) kept.state.delete(name)
      else kept.state.set(name, text)
    }
  }

  function setLedger(changes: readonly LedgerWrite[]): void {
    for (const { entry } of changes) if (typeof entry !== 'string') throw new TypeError('malformed entry')
    const set = new Set<string>()
    for (const { entry, text } of changes) {
      if (flaw === 'lets the first change of an entry count' && set.has(entry)) continue
      set.add(entry)
      const name = flaw === 'composes entries' ? entry.normalize() : entry
      if (text !== undefined) ledger.set(name, flaw === 'trims texts' ? text.trim() : text)
      else if (flaw !== 'removes no entry') ledger.delete(name)
    }
  }

  function apply(writes: readonly StateWrite[], changes: readonly LedgerWrite[]): void {
    const mayPass = flaw === 'fences nobody' || (flaw === 'fences one commit' && fencings > 0)
    if (kept.owners.get(owner.slot) !== owner && !mayPass) {
      fencings++
      if (flaw === 'fences the ledger alone') setState(writes)
      throw fenced()
    }
    const copy = new Map(kept.state)
    if (flaw === 'applies a ledger before it looks at the state') setLedger(changes)
    try {
      setState(writes)
      if (flaw !== 'applies a ledger before it looks at the state') setLedger(changes)
    } catch (error) {
      if (flaw === 'applies state before it looks at the ledger') throw error
      kept.state.clear()
      for (const [name, text] of copy) kept.state.set(name, text)
      throw error
    }
  }

  function closedUnless(flawed: boolean): void {
    if (isClosed && !flawed) throw new MillraceError('DI_CLOSED', 'the store is closed')
  }

  return {
    found,
    async load(space, keys) {
      closedUnless(flaw === 'works after close')
      await before.catch(() => undefined)
      return keys.map((key) => {
        const text = kept.state.get(id(space, key))
        return text === undefined ? undefined : JSON.parse(text)
      })
    },
    async commit(writes, changes = []) {
      closedUnless(flaw === 'works after close')
      if (flaw === 'is done before it has applied') {
        setTimeout(
          () =>
            void Promise.resolve()
              .then(() => apply(writes, changes))
              .catch(() => undefined),
        )
        return
      }
      const now = (): void => {
        if (isClosed && flaw === 'drops what it has not applied when it is closed') return
        apply(writes, changes)
      }
      const turn = before.catch(() => undefined)
      const mine =
        flaw === 'applies later commits first'
          ? new Promise<void>((resolve) => setTimeout(resolve, 20 - 0.05 * Number(changes[0]?.text ?? 0))).then(now)
          : turn.then(now)
      before = mine
      await mine
      if (flaw === 'is done out of order' && changes[0]?.text === '7')
        await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async close() {
      isClosed = true
      if (flaw !== 'drops what it has not applied when it is closed') await before.catch(() => undefined)
      if (kept.owners.get(owner.slot) === owner || flaw === 'gives the slot of another back')
        kept.owners.delete(owner.slot)
    },
  }
}

function fenced(): MillraceError {
  return new MillraceError('FENCED', 'another process has the slot')
}
