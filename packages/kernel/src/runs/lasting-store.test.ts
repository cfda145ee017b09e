import { describe, expect, it } from '@jest/globals'
import { type DurableStore, type LedgerWrite, MillraceError } from '@millrace/contracts'
import { openLastingStore } from './lasting-store.js'

const runOut = new MillraceError('FENCED', 'its lease has run out')
const taken = new MillraceError('FENCED', 'another has it', { facts: { run: 'another' } })

/** What stores of one slot keep, and how each that was opened is lost. */
function createSlot() {
  const entries = new Map<string, string>()
  const lose: ((error: MillraceError) => void)[] = []
  const fail: ((error: MillraceError) => void)[] = []
  let closed = 0
  const open = async (lost: (error: MillraceError) => void): Promise<DurableStore> => {
    let failure: MillraceError | undefined
    const failWith = (error: MillraceError): void => {
      failure = error
    }
    fail.push(failWith)
    lose.push((error) => {
      failWith(error)
      lost(error)
    })
    return {
      found: new Map(entries),
      load: async (_space, keys) => keys.map(() => undefined),
      async commit(_writes, ledger: readonly LedgerWrite[] = []) {
        if (failure !== undefined) throw failure
        for (const { entry, text = '' } of ledger) entries.set(entry, text)
      },
      close: async () => void closed++,
    }
  }
  return { entries, open, lose, fail, closed: () => closed }
}

describe('openLastingStore', () => {
  it('goes on with another lease where its own has run out and nobody has had it', async () => {
    const slot = createSlot()
    const lost: MillraceError[] = []
    const store = await openLastingStore({ open: slot.open, run: 'ours', lost: (error) => void lost.push(error) })
    slot.lose[0]?.(runOut)
    await store.commit([], [{ entry: 'e', text: 'after' }])
    await store.close()
    expect([slot.entries.get('e'), slot.lose.length, slot.closed(), lost]).toEqual(['after', 2, 1, []])
  })

  it('opens one other store for all commits that were lost with the first', async () => {
    const slot = createSlot()
    const store = await openLastingStore({ open: slot.open, run: 'ours', lost: () => undefined })
    slot.fail[0]?.(runOut)
    await Promise.all(['1', '2', '3'].map((text) => store.commit([], [{ entry: 'e', text }])))
    expect([slot.entries.get('e'), slot.lose.length]).toEqual(['3', 2])
  })

  it.each([
    ['another run has had it', 'another'],
    ['what it held is gone', ''],
  ])('is lost where %s', async (_why, holder) => {
    const slot = createSlot()
    const lost: MillraceError[] = []
    const store = await openLastingStore({ open: slot.open, run: 'ours', lost: (error) => void lost.push(error) })
    slot.entries.set('holder', holder)
    slot.lose[0]?.(runOut)
    await store.commit([]).catch(() => undefined)
    expect([lost, slot.closed()]).toEqual([[runOut], 1])
  })

  it('is lost at once where another run has it', async () => {
    const slot = createSlot()
    const lost: MillraceError[] = []
    const store = await openLastingStore({ open: slot.open, run: 'ours', lost: (error) => void lost.push(error) })
    slot.lose[0]?.(taken)
    await expect(store.commit([])).rejects.toBe(taken)
    expect([lost, slot.lose.length]).toEqual([[taken], 1])
  })
})
