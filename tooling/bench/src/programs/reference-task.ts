import type { Scenario } from '@millrace/reference/src/scenarios.ts'
import type { Measurement } from '../harness/child.js'

/** What the parent asks of a program that does the reference job. */
export interface ReferenceTask {
  readonly scenario: Scenario
  readonly input: string
  readonly output: string
  /** Whether the live heap is measured when the last line is done; the time is worth nothing then. */
  readonly live: boolean
}

/** What the program prints. */
export interface ReferenceMeasurement extends Measurement {
  /** What was reachable when the last line was done; 0 where it was not asked for. */
  readonly liveBytes: number
}
