import type { WorkerVoice } from '@millrace/contracts'
import type { SampleReport } from '../metrics/collector.js'

/** How often a worker says what it has counted, in milliseconds: when it dies, no more than that is lost. */
const intervalMs = 1000

/** Says from time to time, and at the end, what a worker has counted. */
export class SampleReports {
  readonly #voice: WorkerVoice
  readonly #report: () => SampleReport
  #timer: NodeJS.Timeout | undefined

  constructor(voice: WorkerVoice, report: () => SampleReport) {
    this.#voice = voice
    this.#report = report
  }

  start(): void {
    this.#timer = setInterval(() => this.#say(), intervalMs).unref()
  }

  /** Says it once more, if it was ever begun. */
  stop(): void {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#say()
  }

  #say(): void {
    this.#voice.tell('samples', this.#report())
  }
}
