import type { ErrorCode, MetricName, MetricSample, MetricSamples } from '@millrace/contracts'

/** Why frames and peers are refused, and roots at admission. */
const refusals: readonly ErrorCode[] = [
  'SEC_FRAME_TOO_LARGE',
  'SEC_FRAME_MALFORMED',
  'SEC_SIGNATURE_INVALID',
  'SEC_EXPIRED',
  'SEC_REPLAY',
  'SEC_KIND_REFUSED',
  'SEC_HANDSHAKE_FAILED',
  'OVERLOADED',
]

/**
 * Adds what has not happened yet. To Prometheus a counter that appears with 1 has not grown: `rate` and `increase` would miss the first
 * refusal, and an alert would not fire.
 *
 * @see https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics
 */
export function fromZero(samples: MetricSamples): MetricSamples {
  const there = new Set(samples.map(keyOf))
  const processes = new Map(samples.map(({ labels: { group = '', worker = '' } }) => [worker, { group, worker }]))
  const zeros = [...processes.values()].flatMap((process): readonly MetricSample[] => [
    zero('millrace_redeliveries_total', process),
    ...refusals.map((code) => zero('millrace_refusals_total', { ...process, code })),
  ])
  return [...samples, ...zeros.filter((sample) => !there.has(keyOf(sample)))]
}

function zero(name: MetricName, labels: MetricSample['labels']): MetricSample {
  return { name, labels, value: 0 }
}

function keyOf({ name, labels }: MetricSample): string {
  const { group, worker, code } = labels
  return JSON.stringify([name, group, worker, code])
}
