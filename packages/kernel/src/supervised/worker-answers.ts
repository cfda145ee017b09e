/** What the applications of workers are asked, and what they answer; `load-worker.ts` is the other side. */

import type {
  Retiring,
  SinkReport,
  SlotId,
  SpanRecord,
  Supervisor,
  WorkerPhase,
  WorkerSnapshot,
  WorkerVitals,
} from '@millrace/contracts'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import type { SampleReport } from '../metrics/collector.js'
import { longestTimerMs } from '../runtime/possible-timeout.js'
import type { RetryEnd } from '../runtime/retry.js'
import type { RuntimeCounters } from '../runtime/runtime.js'

/** How long a worker may take to say how it fares, in milliseconds, and the phases in which it can. */
const answerMs = 1000
const asked: readonly WorkerPhase[] = ['ready', 'running', 'draining']

/** What a worker says when its sinks are done. */
export interface Completed {
  readonly reports: Readonly<Record<string, SinkReport>>
  readonly counters: RuntimeCounters
}

/** How a worker says what became of a letter. */
export interface RetryAnswer {
  /** Null where no letter took its place. */
  readonly letter: string | null
}

/** The questions to workers. */
export class WorkerAnswers {
  readonly #ask: Supervisor['ask']

  constructor(ask: Supervisor['ask']) {
    this.#ask = ask
  }

  /** How a worker fares; undefined where it cannot say. */
  async vitals({ slot, phase }: WorkerSnapshot): Promise<WorkerVitals | undefined> {
    if (!asked.includes(phase)) return undefined
    try {
      return (await this.#ask(slot, 'vitals', {}, answerMs)) as WorkerVitals | undefined // what load-worker answers
    } catch {
      return undefined // it is busy, or has just ended
    }
  }

  /** What a worker has counted. @throws MillraceError when it does not say so in time */
  async samples(slot: SlotId): Promise<SampleReport> {
    return (await this.#ask(slot, 'samples', {}, answerMs)) as SampleReport // as above
  }

  /** The spans of a trace that workers still have; those of one that does not answer in time are left out. */
  async spans(slots: readonly SlotId[], traceId: string): Promise<readonly SpanRecord[]> {
    const answers = await Promise.allSettled(slots.map((slot) => this.#ask(slot, 'spans', traceId, answerMs)))
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value as SpanRecord[]) : [])) // as above
  }

  /** Sends a dead letter's message to a node of a worker again. @throws MillraceError as `Runtime.retry` */
  async retried(slot: SlotId, letter: DeadLetter, timeoutMs: number): Promise<RetryEnd> {
    const { letter: successor } = (await this.#ask(
      slot,
      'retry',
      { letter, timeoutMs },
      Math.min(timeoutMs + answerMs, longestTimerMs),
    )) as RetryAnswer // as above
    return { letter: successor ?? undefined }
  }

  /** Lets the sinks of a worker finish. @throws MillraceError the first failure */
  async completed(slot: SlotId, timeoutMs: number): Promise<Completed> {
    return (await this.#ask(slot, 'complete', {}, timeoutMs)) as Completed // as above
  }

  /** Resolves when a worker waits for nothing of a process that retires. */
  left(slot: SlotId, old: Retiring, timeoutMs: number): Promise<unknown> {
    return this.#ask(slot, 'left', old, timeoutMs)
  }

  /** Hands a worker the metrics that it has asked for; undefined where they could not be collected. */
  async sendMetricsPage(slot: SlotId, id: number, text: string | undefined): Promise<void> {
    await this.#ask(slot, 'metrics page', { id, text }, answerMs).catch(() => undefined) // whoever asked is gone
  }
}
