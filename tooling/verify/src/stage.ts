/** One step of `pnpm verify`: commands that run one after the other, each of which must succeed. */
export interface Stage {
  readonly name: string
  /** What it shows, for `--help`. */
  readonly about: string
  /** Stages that must have passed before it can run. */
  readonly needs: readonly string[]
  readonly commands: readonly Command[]
  /** How much of the machine its commands can use: one that uses all of it runs alone. */
  readonly cores: 'one' | 'all'
  /** A remark for the table, read when the stage has ended. */
  readonly note?: () => string | undefined
}

export type Command = readonly [program: string, ...args: string[]]

/** How a stage ended. `skipped` means that a stage it needs has failed. */
export type Ending = 'passed' | 'failed' | 'skipped'

export interface Result {
  readonly stage: Stage
  readonly ending: Ending
  readonly seconds: number
}
