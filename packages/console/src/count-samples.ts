import {
  addHistograms,
  type HistogramValue,
  type MetricName,
  type MetricSample,
  type MetricSamples,
  type Plan,
} from '@millrace/contracts'
import { hopName } from './plan-view.js'

/** What the metrics of all processes come to, where the page shows it. */
export interface Counts {
  /** By index of the node. */
  readonly handled: readonly number[]
  readonly queued: readonly number[]
  readonly lagMs: readonly number[]
  /** By `from→to`, with the names of both groups. */
  readonly hops: ReadonlyMap<string, HopCount>
  readonly refusals: ReadonlyMap<string, number>
  readonly failures: ReadonlyMap<string, number>
  readonly outcomes: ReadonlyMap<string, number>
  readonly losses: ReadonlyMap<string, number>
}

/** How long the hops between two groups have taken. */
export interface HopCount {
  readonly from: string
  readonly to: string
  readonly durations: HistogramValue
}

/** Adds up what the processes say of the same thing. */
export function countSamples({ graph: { nodes } }: Plan, samples: MetricSamples): Counts {
  const byName = grouped(samples)
  const of = (name: MetricName): readonly MetricSample[] => byName.get(name) ?? []
  const perNode = (name: MetricName, add: (a: number, b: number) => number): readonly number[] => {
    const values = addUp(of(name), ({ labels }) => labels.node ?? '', add)
    return nodes.map((node) => values.get(node.name) ?? 0)
  }
  return {
    handled: perNode('millrace_messages_handled_total', sum),
    queued: perNode('millrace_queue_depth', sum),
    lagMs: perNode('millrace_queue_lag_seconds', Math.max).map((seconds) => Math.round(seconds * 1000)),
    hops: hopsOf(of('millrace_hop_duration_seconds')),
    refusals: addUp(of('millrace_refusals_total'), ({ labels }) => labels.code ?? ''),
    failures: addUp(of('millrace_failures_total'), ({ labels }) => labels.code ?? ''),
    outcomes: addUp(of('millrace_requests_total'), ({ labels }) => labels.outcome ?? ''),
    losses: new Map(losses.flatMap(([name, nameOf]) => [...addUp(of(name), nameOf)])),
  }
}

const losses: readonly (readonly [MetricName, (sample: MetricSample) => string])[] = [
  ['millrace_redeliveries_total', () => 'sent again'],
  ['millrace_repeats_dropped_total', () => 'repeats dropped'],
  ['millrace_late_replies_total', () => 'late replies'],
  ['millrace_duplicate_replies_total', () => 'duplicate replies'],
  ['millrace_messages_given_up_total', ({ labels }) => `given up: ${(labels.reason ?? '').replaceAll('_', ' ')}`],
  ['millrace_exporter_dropped_total', ({ labels }) => `telemetry lost: ${labels.exporter ?? ''}`],
]

function grouped(samples: MetricSamples): ReadonlyMap<MetricName, readonly MetricSample[]> {
  const byName = new Map<MetricName, MetricSample[]>()
  for (const sample of samples) {
    const known = byName.get(sample.name)
    if (known === undefined) byName.set(sample.name, [sample])
    else known.push(sample)
  }
  return byName
}

function addUp(
  samples: readonly MetricSample[],
  nameOf: (sample: MetricSample) => string,
  add: (a: number, b: number) => number = sum,
): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const sample of samples) {
    if (typeof sample.value !== 'number') continue
    const name = nameOf(sample)
    values.set(name, add(values.get(name) ?? 0, sample.value))
  }
  return values
}

function hopsOf(samples: readonly MetricSample[]): ReadonlyMap<string, HopCount> {
  const hops = new Map<string, HopCount>()
  for (const { labels, value } of samples) {
    if (typeof value === 'number') continue
    const { group: from = '', to = '' } = labels
    const name = hopName(from, to)
    const others = hops.get(name)?.durations
    hops.set(name, { from, to, durations: others === undefined ? value : addHistograms(others, value) })
  }
  return hops
}

function sum(a: number, b: number): number {
  return a + b
}
