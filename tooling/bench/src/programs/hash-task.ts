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
  /** `runtime.observability`. @default nothing is seen */
  readonly telemetry?: object
}

/** What both print. */
export interface HashMeasurement {
  readonly lines: number
  readonly wallMs: number
  /** Time on processors of all processes, start and stop included; measured by the graph alone. */
  readonly cpuMs?: number
  /** Spans and metrics that exporters had lost when the workers stopped; of the graph alone. */
  readonly lost?: number
}
