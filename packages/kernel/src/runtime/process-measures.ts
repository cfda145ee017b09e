import { type MetricSamples, MillraceError, residentBytes, type WorkerVitals } from '@millrace/contracts'
import { createLoopDelay } from '../control/loop-delay.js'
import { nothingAgain } from '../mesh/mesh-counters.js'
import { lossSamples, processSamples } from '../metrics/process-samples.js'
import { createWorstDelay } from '../metrics/worst-delay.js'
import type { RuntimeCounters } from './runtime.js'
import type { RuntimeParts, Working } from './working.js'

/** How the work of this process fares, and what it has counted: while it works, and as it was at its end after that. */
export class ProcessMeasures {
  readonly #parts: Pick<RuntimeParts, 'share' | 'telemetry'>
  readonly #loopDelay = createLoopDelay()
  /** For metrics. */
  readonly #worstDelay = createWorstDelay()
  #counted: RuntimeCounters | undefined
  /** What had been counted when it stopped: counters do not go backwards. */
  #sampled: MetricSamples = []

  constructor(parts: Pick<RuntimeParts, 'share' | 'telemetry'>) {
    this.#parts = parts
  }

  vitals({ engine, inFlight }: Working): WorkerVitals {
    const mesh = this.#parts.share?.mesh
    const load = engine.load()
    return {
      handled: load.reduce((sum, { handled }) => sum + handled, 0),
      queued: load.reduce((sum, { queued }) => sum + queued, 0),
      lagMs: load.reduce((most, { lagMs }) => Math.max(most, lagMs), 0),
      inFlight: inFlight.length + (mesh?.held ?? 0),
      redelivered: mesh?.counters().redelivered ?? 0,
      rssBytes: residentBytes() ?? 0,
      loopDelayMs: this.#loopDelay.take(),
    }
  }

  /** Without the labels that say which process it is. @param working undefined where it does no work */
  samples(working: Working | undefined): MetricSamples {
    const counted = working === undefined ? this.#sampled : this.#sample(working)
    return [...counted, ...lossSamples(this.#parts.telemetry)]
  }

  /** @param working undefined where it does no work @throws MillraceError BOOT_NOT_READY where it has done none */
  counters(working: Working | undefined): RuntimeCounters {
    const counted = working === undefined ? this.#counted : this.#count(working)
    if (counted !== undefined) return counted
    throw new MillraceError('BOOT_NOT_READY', 'the runtime has not run yet; there is nothing to count')
  }

  /** The work comes to its end: what it has counted is kept. */
  ended(working: Working): void {
    this.#counted = this.#count(working)
    this.#sampled = this.#sample(working)
  }

  #count({ engine, waiters, inFlight }: Working): RuntimeCounters {
    const delivery = this.#parts.share?.mesh.counters() ?? nothingAgain
    return { inFlight: inFlight.length, replies: waiters.counters(), givenUp: engine.counters(), delivery }
  }

  #sample(working: Working): MetricSamples {
    return processSamples(working, this.#parts.share?.mesh, this.#worstDelay())
  }
}
