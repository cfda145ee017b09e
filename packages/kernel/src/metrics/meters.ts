import type { ErrorCode, MillraceError } from '@millrace/contracts'
import { Durations } from './durations.js'

/** What is counted where roots enter. */
export class Meters {
  /** From requests to their replies. */
  readonly requests: Durations = new Durations()
  readonly #failures = new Map<ErrorCode, number>()

  /** A root that entered here failed. */
  failed({ code }: MillraceError): void {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1)
  }

  /** How many roots have failed, by the code of the error. */
  get failures(): ReadonlyMap<ErrorCode, number> {
    return this.#failures
  }
}
