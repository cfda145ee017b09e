/** What was sent again, and what came again, counted since the start. */
export interface MeshCounters {
  /** Envelopes that were sent again after a worker died or a link was lost. */
  readonly redelivered: number
  /** Messages and replies that came again and were taken once. */
  readonly repeats: number
}

export const nothingAgain: MeshCounters = { redelivered: 0, repeats: 0 }
