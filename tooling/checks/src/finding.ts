/** One thing a check refuses: the file it stands in, relative to the root, and what is wrong with it. */
export interface Finding {
  readonly file: string
  readonly problem: string
}

/** What a check returns: its findings, and one sentence on how much it looked at. */
export interface Report {
  readonly findings: readonly Finding[]
  readonly looked: string
}
