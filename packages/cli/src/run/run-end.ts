import type { RunResult, StopMode } from '@millrace/kernel'
import type { StopSignal } from '../io.js'

/** How a run ended, and what the program shall exit with. */
export type RunEnd = RunDone | RunFailed | RunStopped

/** It came to its end. */
export interface RunDone {
  readonly outcome: 'done'
  readonly exitCode: 0
  readonly result: RunResult
  /** How long it took. */
  readonly seconds: number
}

/** It could not be started, or failed on its way. */
export interface RunFailed {
  readonly outcome: 'failed'
  readonly exitCode: number
  readonly error: unknown
  /** How long it took. */
  readonly seconds: number
}

/** A signal ended it. */
export interface RunStopped {
  readonly outcome: 'stopped'
  readonly exitCode: number
  readonly signal: StopSignal
  /** Forced where work was given up because `graceful_timeout_seconds` were over. */
  readonly mode: StopMode
  /** How long it took. */
  readonly seconds: number
}
