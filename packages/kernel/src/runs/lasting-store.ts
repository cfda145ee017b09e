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

  function reopenLater(error: MillraceError): void {
    reopened = reopen(error)
  }

  async function reopen(error: MillraceError): Promise<void> {
    if (isOver || (hasRunOut(error) && (await isOpenAgain()))) return
    isOver = true
    lost(error)
  }

  async function isOpenAgain(): Promise<boolean> {
    try {
      const next = await open(reopenLater)
      store = next
      if (next.found.get(holderEntry) === run) return true
      await next.close()
    } catch {
      // What it was lost with says more.
    }
    return false
  }

  await store.commit([], [{ entry: holderEntry, text: run }])
  return {
    found,
    load: (space, keys) => store.load(space, keys),
    async commit(writes, ledger) {
      await reopened
      await store.commit(writes, ledger).catch(async (thrown) => {
        if (!isMillraceError(thrown) || !hasRunOut(thrown)) throw thrown
        // It was lost with this commit, and nobody else hears of it.
        reopenLater(thrown)
        await reopened
        await store.commit(writes, ledger)
      })
    },
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
