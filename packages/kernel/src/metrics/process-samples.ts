import {
  type MetricName,
  type MetricSample,
  type MetricSamples,
  residentBytes,
  type Telemetry,
} from '@millrace/contracts'
import type { Mesh } from '../mesh/mesh.js'
import type { Working } from '../runtime/working.js'

/** How much telemetry of one process has been lost, by exporter. */
export function lossSamples(telemetry: Telemetry | undefined): MetricSamples {
  return Object.entries(telemetry?.dropped() ?? {}).map(([exporter, value]) => ({
    name: 'millrace_exporter_dropped_total',
    labels: { exporter },
    value,
  }))
}

/** What one process has counted; without the labels that say which process it is. */
export function processSamples(
  { engine, inFlight, waiters, meters }: Pick<Working, 'engine' | 'inFlight' | 'waiters' | 'meters'>,
  mesh: Mesh | undefined,
  loopDelayMs: number,
): MetricSamples {
  const samples: MetricSample[] = []
  const say = (name: MetricName, value: MetricSample['value'], labels: MetricSample['labels'] = {}): void => {
    samples.push({ name, labels, value })
  }

  say('millrace_roots_in_flight', inFlight.length + (mesh?.held ?? 0))
  const replies = waiters.counters()
  for (const outcome of ['replied', 'completed', 'missing', 'timed_out', 'cancelled', 'failed'] as const)
    say('millrace_requests_total', replies[outcome], { outcome })
  say('millrace_request_duration_seconds', meters.requests.value())
  say('millrace_late_replies_total', replies.late_reply_drop)
  say('millrace_duplicate_replies_total', replies.duplicate_terminal)
  for (const [code, count] of meters.failures) say('millrace_failures_total', count, { code })

  for (const { node, handled, queued, lagMs } of engine.load()) {
    say('millrace_messages_handled_total', handled, { node })
    say('millrace_queue_depth', queued, { node })
    say('millrace_queue_lag_seconds', lagMs / 1000, { node })
  }
  const { dropped, deadLettered, unclaimed } = engine.counters()
  for (const [reason, count] of Object.entries({ dropped, dead_lettered: deadLettered, unclaimed }))
    say('millrace_messages_given_up_total', count, { reason })

  for (const [to, durations] of mesh?.hops.durations ?? [])
    if (durations.count > 0) say('millrace_hop_duration_seconds', durations.value(), { to })
  say('millrace_repeats_dropped_total', mesh?.counters().repeats ?? 0)
  const memory = residentBytes()
  if (memory !== undefined) say('millrace_memory_bytes', memory)
  say('millrace_event_loop_delay_seconds', loopDelayMs / 1000)
  return samples
}
