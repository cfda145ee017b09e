/** How long something goes on: for both of these, and for twice as many requests as are in flight. */
export interface HopLength {
  readonly ms: number
  readonly requests: number
}

/** What is asked of a pair of processes: echo so much, so many at once. */
export interface HopTask {
  /** Whether an object travels as JSON that both sides decode and encode, or bytes as they are. */
  readonly kind: 'records' | 'text' | 'bytes'
  /** How large the payload is, as JSON or as bytes. */
  readonly bytes: number
  /** How many requests are unanswered at once. */
  readonly flight: number
  /** Before it is measured. */
  readonly warmUp: HopLength
  readonly measured: HopLength
}

/** What one such measurement came to. */
export interface HopMeasurement {
  readonly units: number
  readonly wallMs: number
  /** Time on processors, the asking and the answering process together, all threads. */
  readonly cpuMs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** The asking half of a pair; the answering half runs in a process, or a thread, of its own. */
export interface HopSide {
  /** Asks for an echo. What goes wrong ends the process. */
  call(payload: object, done: (reply: unknown) => void): void
  /** Time on processors of the answering process so far; 0 where it is a thread of this one. */
  answererCpuMs(): Promise<number>
  /** How much telemetry has been lost so far; left out where there is none. */
  lost?(): Promise<number>
  close(): Promise<void>
}

/** What a program that is a side exports. */
export interface HopSideModule {
  /** @param settings as JSON, for a side that has any */
  open(settings?: string): Promise<HopSide>
}
