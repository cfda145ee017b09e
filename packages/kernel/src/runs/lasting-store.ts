import { type DurableStore, isMillraceError, type MillraceError } from '@millrace/contracts'

/** What a lasting store is made with. */
export interface LastingStoreParts {
  /** Opens the store. @param lost hears when it is lost after that @throws MillraceError FENCED while another process has it */
  readonly open: (lost: (error: MillraceError) => void) => Promise<DurableStore>
  /** Names whose it is. */
  readonly run: string
  /** Hears when it is lost for good. */
  readonly lost: (error: MillraceError) => void
}

/**
 * A store that outlasts its lease: where that has run out, because Redis was away or this process did not run for long, it is
 * opened again, unless another run has had it meanwhile or what it held is gone. Whoever opens it leaves a mark in it.
 *
 * @throws MillraceError as `open`
 */
export async function openLastingStore({ open, run, lost }: LastingStoreParts): Promise<DurableStore> {
  let store = await open(reopenLater)
  const { found } = store
  let isOver = false
  let reopened: Promise<void> = Promise.resolve()
  let isReopening = false

  function reopenLater(error: MillraceError): void {
    if (isReopening) return
    isReopening = true
    reopened = reopen(error).finally(() => {
      isReopening = false
    })
  }

  async function reopen(error: MillraceError): Promise<void> {
    if (isOver || (hasRunOut(error) && (await isOpenAgain()))) return
    isOver = true
    lost(error)
  }

  async function isOpenAgain(): Promise<boolean> {
    try {
      const next = await open(reopenLater)
      if (next.found.get(holderEntry) === run) {
        store = next
        return true
      }
      await next.close()
    } catch {
      // What it was lost with says more.
    }
    return false
  }

  /** What was under way when it was lost is done again: it may have been done, but says the same. */
  async function again<T>(use: (store: DurableStore) => Promise<T>): Promise<T> {
    await reopened
    const used = store
    try {
      return await use(used)
    } catch (thrown) {
      if (!isMillraceError(thrown) || !hasRunOut(thrown)) throw thrown
      // Where it was lost with a commit, nobody else hears of it.
      if (used === store) reopenLater(thrown)
      await reopened
      return await use(store)
    }
  }

  await store.commit([], [{ entry: holderEntry, text: run }])
  return {
    found,
    load: (space, keys) => again(async (used) => used.load(space, keys)),
    commit: (writes, ledger) => again((used) => used.commit(writes, ledger)),
    async close() {
      isOver = true
      await reopened
      await store.close()
    },
  }
}

/** Who has opened it last. */
const holderEntry = 'holder'

/** Whether a lease is gone that nobody else is known to have. */
function hasRunOut({ code, facts }: MillraceError): boolean {
  return code === 'FENCED' && facts.run === undefined
}
