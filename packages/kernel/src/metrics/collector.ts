import type {
  EventEmitter,
  MetricSample,
  MetricSamples,
  SlotId,
  WorkerPhase,
  WorkerSnapshot,
} from '@millrace/contracts'
import { groupOfSlot } from '../mesh/remote-errors.js'
import { EventCounts } from './event-counts.js'
import { MetricLedger } from './metric-ledger.js'

/** What one process says it has counted since it began. */
export interface SampleReport {
  readonly incarnation: number
  readonly samples: MetricSamples
}

/** What a collector is made of. */
export interface CollectorParts {
  readonly events: EventEmitter
  /** Whose events those are that say nothing of a worker. */
  readonly own: SlotId
  readonly workers: () => readonly WorkerSnapshot[]
  /** Asks one worker; rejects where it cannot answer in time. */
  readonly ask: (slot: SlotId) => Promise<SampleReport>
  /** What the collecting process has counted itself. */
  readonly ownSamples: () => MetricSamples
}

/** The metrics of all processes of an application, wherever it runs. */
export class Collector {
  readonly #parts: CollectorParts
  readonly #ledger = new MetricLedger()
  readonly #counts: EventCounts

  constructor(parts: CollectorParts) {
    this.#parts = parts
    this.#counts = new EventCounts(parts.events, ({ facts }) => processLabels(String(facts.worker ?? parts.own)))
  }

  /** A worker says by itself what it has counted, so that little is lost when it dies. */
  report(slot: SlotId, { incarnation, samples }: SampleReport): void {
    this.#ledger.report(slot, groupOfSlot(slot), incarnation, samples)
  }

  /** Asks every worker. What one does not say in time is as it said last. */
  async collect(): Promise<MetricSamples> {
    const { workers, ask, own, ownSamples } = this.#parts
    await Promise.all(
      workers().map(async ({ slot, phase }) => {
        if (answering.includes(phase)) await ask(slot).then((report) => this.report(slot, report), ignore)
      }),
    )
    this.report(own, { incarnation: 1, samples: ownSamples() })
    const now = workers()
    const isThere = (slot: SlotId, incarnation: number): boolean =>
      slot === own || now.some((worker) => worker.slot === slot && worker.incarnation <= incarnation && isUp(worker))
    return [...this.#ledger.samples(isThere), ...this.#counts.samples(), ...now.flatMap(workerSamples)]
  }
}

/** The phases in which a worker can say what it has counted. */
const answering: readonly WorkerPhase[] = ['ready', 'running', 'draining']

function isUp({ phase }: WorkerSnapshot): boolean {
  return answering.includes(phase)
}

function workerSamples({ slot, phase, incarnation }: WorkerSnapshot): readonly MetricSample[] {
  const labels = processLabels(slot)
  return [
    { name: 'millrace_worker_up', labels, value: phase === 'running' ? 1 : 0 },
    { name: 'millrace_worker_restarts_total', labels, value: Math.max(0, incarnation - 1) },
  ]
}

function processLabels(slot: SlotId): MetricSample['labels'] {
  return { group: groupOfSlot(slot), worker: slot }
}

/** It is busy, or has just ended: what it said last counts. */
function ignore(): void {}
