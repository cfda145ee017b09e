/** What is asked of a program that hashes. */
export interface HashTask {
  readonly lines: number
  /** Of hashing, for each line. */
  readonly rounds: number
}

/** What is asked of the graph beside that. */
export interface HashGraphTask extends HashTask {
  readonly input: string
  readonly output: string
  /** Of the group that hashes. */
  readonly workers: number
}

/** What both print. */
export interface HashMeasurement {
  readonly lines: number
  readonly wallMs: number
}
