/** What is asked of a program that starts processes. */
export interface StartTask {
  readonly starts: number
}

/** What it prints: how long each start took. */
export interface StartMeasurement {
  readonly readyMs: readonly number[]
}
