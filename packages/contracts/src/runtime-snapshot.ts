import type { MetricSamples } from './metrics.js'
import type { WorkerSnapshot, WorkerVitals } from './supervision.js'

/** A worker as it is now, and how it fares. */
export interface WorkerReport extends WorkerSnapshot {
  /** Undefined where it cannot say: it is not loaded yet, is gone, or its event loop is blocked. */
  readonly vitals: WorkerVitals | undefined
}

/** A running application as it is now. Plain data, without a payload or a secret. */
export interface RuntimeSnapshot {
  readonly scenario: string
  /** Of the process that supervises, or in which all runs. */
  readonly pid: number
  readonly phase: RuntimePhase
  /** Wall time in milliseconds since the epoch. */
  readonly at: number
  /** The process that supervises, where it is none of the workers. */
  readonly own: WorkerVitals | undefined
  /** In the order of their start; the process itself where all runs in one. */
  readonly workers: readonly WorkerReport[]
}

/** What is told of a running application from time to time. */
export interface RuntimeWatch extends RuntimeSnapshot {
  readonly metrics: MetricSamples
}

/** Where a runtime is in its life. */
export type RuntimePhase = 'created' | 'starting' | 'ready' | 'running' | 'draining' | 'stopping' | 'stopped'
