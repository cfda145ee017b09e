/**
 * Adds up what the processes of an application have counted.
 *
 * L1  Counters and histograms of a slot are those of all processes that it has had: they never go backwards.
 * L2  Gauges are those of the newest process that has reported, as long as it is there.
 * L3  A process that has ended is forgotten but for its sums.
 */
import {
  addHistograms,
  type HistogramValue,
  type MetricSample,
  type MetricSamples,
  metricList,
  type SlotId,
} from '@millrace/contracts'

/** How many processes of one slot may still report: one that works, and those that retire. */
const mostReporting = 8

interface SlotLedger {
  readonly labels: MetricSample['labels']
  /** Of processes that have ended. */
  readonly sums: Map<string, MetricSample>
  /** What each process said last, by its incarnation. */
  readonly reports: Map<number, MetricSamples>
  /** The newest incarnation that is part of the sums. */
  summed: number
}

/** What has been counted in all slots. */
export class MetricLedger {
  readonly #slots = new Map<SlotId, SlotLedger>()

  /** A process says what it has counted since it began. Reports of one process come in their order. */
  report(slot: SlotId, group: string, incarnation: number, samples: MetricSamples): void {
    let ledger = this.#slots.get(slot)
    if (ledger === undefined) {
      ledger = { labels: { group, worker: slot }, sums: new Map(), reports: new Map(), summed: 0 }
      this.#slots.set(slot, ledger)
    }
    if (incarnation <= ledger.summed) return // it would count twice
    ledger.reports.set(incarnation, samples)
    if (ledger.reports.size > mostReporting) this.#close(ledger, Math.min(...ledger.reports.keys()))
  }

  /**
   * Everything, with the labels of its process.
   *
   * @param isThere whether the newest process of a slot is there, so that its gauges say something
   */
  samples(isThere: (slot: SlotId, incarnation: number) => boolean): MetricSamples {
    return [...this.#slots].flatMap(([slot, { labels, sums, reports }]) => {
      const all = new Map(sums)
      for (const samples of reports.values()) add(all, samples)
      const newest = Math.max(...reports.keys())
      const gauges = isThere(slot, newest) ? (reports.get(newest) ?? []).filter(isGauge) : []
      return [...all.values(), ...gauges].map((sample) => ({ ...sample, labels: { ...labels, ...sample.labels } }))
    })
  }

  #close(ledger: SlotLedger, incarnation: number): void {
    add(ledger.sums, ledger.reports.get(incarnation) ?? [])
    ledger.reports.delete(incarnation)
    ledger.summed = incarnation
  }
}

function isGauge({ name }: MetricSample): boolean {
  return metricList[name].kind === 'gauge'
}

function add(sums: Map<string, MetricSample>, samples: MetricSamples): void {
  for (const sample of samples) {
    if (isGauge(sample)) continue
    const key = `${sample.name} ${Object.values(sample.labels).join(' ')}`
    const before = sums.get(key)
    sums.set(key, before === undefined ? sample : { ...sample, value: sum(before.value, sample.value) })
  }
}

function sum(one: MetricSample['value'], other: MetricSample['value']): MetricSample['value'] {
  if (typeof one === 'number' && typeof other === 'number') return one + other
  return addHistograms(one as HistogramValue, other as HistogramValue) // two values of one metric are alike
}
