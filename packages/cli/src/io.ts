/** A stream that text is written to. */
export interface Output {
  /** Whether people see it at once, on a terminal. */
  readonly isTTY?: boolean
  /** How many characters fit into a line. */
  readonly columns?: number
  write(text: string): unknown
  /** Hears that what was written did not arrive; an output without it never fails. */
  on?(event: 'error', listener: () => void): unknown
  off?(event: 'error', listener: () => void): unknown
}

/** A signal that ends a run. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/** What a command needs of the process it runs in; `process` itself fits. */
export interface Io {
  /** Carries data and nothing else. */
  readonly stdout: Output
  /** Carries everything that is said to people. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the process ends with, as far as anybody has said. */
  readonly exitCode?: number | string | null | undefined
  /** Hears stop signals, `beforeExit`: nothing is left that could happen, and `exit`: the process ends. */
  on(event: StopSignal | 'beforeExit' | 'exit', listener: () => void): unknown
  off(event: StopSignal | 'beforeExit' | 'exit', listener: () => void): unknown
  /** Ends the process at once. */
  exit(code: number): void
}
