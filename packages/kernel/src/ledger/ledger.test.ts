import { describe, expect, it } from '@jest/globals'
import { type DurableStore, type LedgerWrite, MillraceError } from '@millrace/contracts'
import { Domain } from '../runner/domain.js'
import type { Root } from '../runner/root.js'
import type { Subtree } from '../runner/subtree.js'
import { workEntry } from './entries.js'
import { Ledger } from './ledger.js'
import type { RecordedWorker } from './recorder.js'

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

  it('removes the work of a stream request with it, that too which an earlier process has left', async () => {
    const [ended, other] = ['front#1.1/1/t3', 'front#1.1/2/t3']
    const work = JSON.stringify({ kind: 'sent', slot: 'two#1', edge: 0, payload: { json: 1 } })
    const store = storeWith({ run: 'this', [workEntry(ended, [4, 0])]: work, [workEntry(other, [5, 0])]: work })
    const ledger = ledgerOf(store)
    ledger.journal.domainEnded(ended)
    await ledger.settled()
    expect(store.written).toEqual([{ entry: workEntry(ended, [4, 0]), text: undefined }])
  })

  it('removes work that an earlier process has left as soon as it has been done', async () => {
    const domain = new Domain(() => undefined)
    domain.id = 'front#1.1/1/s0'
    const root = { domain, failure: undefined } as Root // nothing else of it is looked at
    const position = [4, 0]
    const entry = workEntry(domain.id, position)
    const work = JSON.stringify({ kind: 'sent', slot: 'two#1', edge: 0, payload: { json: 1 } })
    const store = storeWith({ run: 'this', [entry]: work })
    const ledger = ledgerOf(store)
    const { journal } = ledger
    const send = (): void => {
      const kept = journal.keepSent('two#1', { from: 0, edge: 0 }, { payload: 1, root, position })
      if (kept !== undefined) journal.done(kept, root)
    }
    const worker = { keepsOutput: [true], peer: () => ({ send }) }
    journal.attach(worker as unknown as RecordedWorker, new Map()) // nothing else of the worker is looked at
    journal.replay({ root } as Subtree, [4])
    await ledger.settled()
    expect(store.written).toEqual([{ entry, text: undefined }])
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

  it('REDIS-02 keeps what a failure that stands comes of, until its request has ended, and forgets what else is done', async () => {
    const domain = new Domain(() => undefined)
    domain.id = 'front#1.1/1/t3'
    const root = { domain, failure: undefined } as Root // nothing else of it is looked at
    const store = storeWith({ run: 'this' })
    const ledger = ledgerOf(store)
    ledger.journal.attach({ keepsOutput: [true] } as unknown as RecordedWorker, new Map()) // nor of the worker
    const sent = [
      [4, 0],
      [4, 1],
      [4, 2],
    ].map((position) => ledger.journal.keepSent('two#1', { from: 0, edge: 0 }, { payload: {}, root, position }))
    await ledger.settled()
    domain.failAt([4, 1, 3], root, new MillraceError('NODE_FAILED', 'on purpose'))
    for (const kept of sent) if (kept !== undefined) ledger.journal.done(kept, root)
    await ledger.settled()
    const removed = () => store.written.filter(({ text }) => text === undefined).map(({ entry }) => entry)
    expect(removed()).toEqual([workEntry(domain.id, [4, 0]), workEntry(domain.id, [4, 2])])
    ledger.journal.domainEnded(domain.id)
    await ledger.settled()
    expect(removed()).toContain(workEntry(domain.id, [4, 1]))
  })
})
