/** What the parent asks of the reference application in one of its profiles. */
export interface ProfileTask {
  /** Files of configuration, the base first. */
  readonly config: readonly string[]
  /** A layer over `runtime.platform`. */
  readonly platform: object
  /** The URL of a Redis; empty where the profile needs none. */
  readonly redis: string
  readonly input: string
  readonly output: string
}

/** What the program prints. */
export interface ProfileMeasurement {
  readonly units: number
  /** From the moment that everything runs until the last line is done. */
  readonly wallMs: number
  /** Time on processors of all its processes, start and stop included. */
  readonly cpuMs: number
}
