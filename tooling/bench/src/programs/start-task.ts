/** What is asked of a program that starts processes. */
export interface StartTask {
  readonly starts: number
  /** How many groups of one worker start at once. */
  readonly groups: 1 | 4
}

/** What it prints: how long each start took. */
export interface StartMeasurement {
  readonly readyMs: readonly number[]
}
