import { describe, expect, it } from '@jest/globals'
import type { DurableStore, LedgerWrite } from '@millrace/contracts'
import { Ledger } from './ledger.js'

/** A store in which an earlier process has left something. */
function storeWith(found: Readonly<Record<string, string>>): DurableStore & { readonly written: LedgerWrite[] } {
  const written: LedgerWrite[] = []
  return {
    found: new Map(Object.entries(found)),
    written,
    load: async (_space, keys) => keys.map(() => undefined),
    commit: async (_writes, entries = []) => void written.push(...entries),
    close: async () => undefined,
  }
}

function ledgerOf(store: DurableStore): Ledger {
  return new Ledger({
    store,
    run: 'this',
    resumes: false,
    now: () => 0,
    clock: () => 0,
    failed: (error) => {
      throw error
    },
  })
}

describe('Ledger', () => {
  it('removes the cursors of a stream request with it, those too that an earlier process has left', async () => {
    const [ended, other] = ['front#1.1/1/t3', 'front#1.1/2/t3']
    const store = storeWith({ run: 'this', [`cursor\t${ended}\t1`]: '4.0', [`cursor\t${other}\t1`]: '5.0' })
    const ledger = ledgerOf(store)
    expect(ledger.journal.cursor(ended, 1)).toEqual([4, 0])
    ledger.journal.domainEnded(ended)
    expect([ledger.journal.cursor(ended, 1), ledger.journal.cursor(other, 1)]).toEqual([undefined, [5, 0]])
    await ledger.settled()
    expect(store.written).toEqual([{ entry: `cursor\t${ended}\t1`, text: undefined }])
  })

  it('keeps the cursors of a run of a source, which another run may go on with', async () => {
    const run = 'front#1.1/1/s0'
    const store = storeWith({ run: 'this', [`cursor\t${run}\t1`]: '4' })
    const ledger = ledgerOf(store)
    ledger.journal.domainEnded(run)
    await ledger.settled()
    expect(ledger.journal.cursor(run, 1)).toEqual([4])
    expect(store.written).toEqual([])
  })
})
