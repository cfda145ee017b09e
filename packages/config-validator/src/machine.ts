/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What the machine gives a configuration: where its relative paths start, and the environment variables. */
export interface Machine {
  /** Absolute. */
  readonly baseDir: string
  readonly env: Environment
}
