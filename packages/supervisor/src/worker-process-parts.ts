import type { EventEmitter, MillraceError, StopMode, WorkerBundle, WorkerSettings } from '@millrace/contracts'
import type { WorkerProgram } from './spawned-worker.js'

/** What a process is made of. */
export interface WorkerProcessParts {
  readonly settings: WorkerSettings
  readonly bundle: WorkerBundle
  readonly program: WorkerProgram
  readonly events: EventEmitter
  /** Monotonic time in milliseconds. */
  readonly clock: () => number
  /** How long it may take to end after SIGTERM, and after SIGKILL. */
  readonly budgets: { readonly terminateMs: number; readonly killMs: number }
  /** Why it is spawned. */
  readonly reason: string
  /** It says something unasked. */
  told(subject: string, facts: unknown): void
  /** It says how much resident memory it has. */
  measured(rssBytes: number): void
}

/** What became of a process. */
export interface WorkerEnd {
  readonly mode: StopMode
  /** Why it ended, where nobody had told it to. */
  readonly failure: MillraceError | undefined
  /** Whether it ended by itself with exit code 0. */
  readonly clean: boolean
}
