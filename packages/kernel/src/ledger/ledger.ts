import type { DurableStore, Link, MillraceError } from '@millrace/contracts'
import { CachedState } from './cached-state.js'
import { Commits } from './commits.js'
import { noteEntry, runEntry } from './entries.js'
import { sortFound } from './found.js'
import { GatedLink } from './gated-link.js'
import type { Notes } from './notes.js'
import { Recorder } from './recorder.js'

/** What a ledger is made of. */
export interface LedgerParts {
  readonly store: DurableStore
  /** Names the run. */
  readonly run: string
  /** Whether the run goes on where the one before it has ended. */
  readonly resumes: boolean
  /** Wall time in milliseconds since the epoch. */
  readonly now: () => number
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** Hears once that nothing can be kept any more: the process has to end. */
  readonly failed: (error: MillraceError) => void
}

/** What one worker leaves to whoever comes after it: its state, what its nodes have done, and where its sources and sinks stand. */
export class Ledger implements Notes {
  readonly commits: Commits
  readonly state: CachedState
  readonly journal: Recorder
  readonly #notes: ReadonlyMap<string, unknown>

  constructor({ store, run, resumes, now, clock, failed }: LedgerParts) {
    const found = sortFound(store.found, { run, resumes, now: now() })
    this.commits = new Commits(store, failed)
    this.state = new CachedState(store, this.commits)
    this.journal = new Recorder(found, this.commits, { now, clock })
    this.#notes = found.notes
    if (store.found.get(runEntry) !== run) this.commits.set(runEntry, run)
  }

  /** A link whose records leave after what was recorded before them has been kept. */
  gate(link: Link): Link {
    return new GatedLink(link, this.commits)
  }

  found(name: string): unknown {
    return this.#notes.get(name)
  }

  note(name: string, value: unknown): void {
    this.commits.set(noteEntry(name), JSON.stringify(value))
  }

  /** Resolves when everything has been kept, or can no more be. */
  settled(): Promise<void> {
    return this.commits.settled()
  }

  async close(): Promise<void> {
    await this.settled()
    await this.state.close()
  }
}
