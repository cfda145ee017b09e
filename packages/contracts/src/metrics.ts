/** How a metric is counted: a counter only grows, a gauge is what is there now, a histogram counts values by size. */
export type MetricKind = 'counter' | 'gauge' | 'histogram'

/** What a metric is. */
export interface MetricDefinition {
  readonly kind: MetricKind
  /** UCUM: `s`, `By`, or `1` for things that are counted. */
  readonly unit: 's' | 'By' | '1'
  readonly says: string
  /** Beside `group` and `worker`, which every metric has. */
  readonly labels: readonly string[]
}

/**
 * Upper bounds of the buckets of every histogram, in seconds, as OpenTelemetry has them: a value equal to a bound is in its bucket;
 * one bucket more holds what is above the last.
 */
export const durationBounds = [
  0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const

/**
 * Every metric that Millrace has, under the name that Prometheus shows. The list is closed and append-only. Those that end in
 * `_total` are counters, and go on counting when a worker is replaced.
 */
export const metricList = {
  millrace_roots_in_flight: {
    kind: 'gauge',
    unit: '1',
    says: 'Roots that entered here, and messages that others have sent here, which are not done.',
    labels: [],
  },
  millrace_requests_total: {
    kind: 'counter',
    unit: '1',
    says: 'Requests and streams by how they ended: replied, completed, missing, timed_out, cancelled or failed.',
    labels: ['outcome'],
  },
  millrace_request_duration_seconds: {
    kind: 'histogram',
    unit: 's',
    says: 'From a request to its reply; those that ended otherwise are not in it.',
    labels: [],
  },
  millrace_failures_total: { kind: 'counter', unit: '1', says: 'Roots that failed, by error code.', labels: ['code'] },
  millrace_refusals_total: {
    kind: 'counter',
    unit: '1',
    says: 'What was refused, by error code: roots at admission, frames and peers on links.',
    labels: ['code'],
  },
  millrace_messages_handled_total: {
    kind: 'counter',
    unit: '1',
    says: 'Messages that handlers and sinks were called with.',
    labels: ['node'],
  },
  millrace_queue_depth: {
    kind: 'gauge',
    unit: '1',
    says: 'Messages that wait for a place at their node: the signal of overload.',
    labels: ['node'],
  },
  millrace_queue_lag_seconds: {
    kind: 'gauge',
    unit: 's',
    says: 'How long the first message in the queue of a node has waited.',
    labels: ['node'],
  },
  millrace_hop_duration_seconds: {
    kind: 'histogram',
    unit: 's',
    says: 'From sending a message to another group until all that came of it is done there, at the sender.',
    labels: ['to'],
  },
  millrace_redeliveries_total: {
    kind: 'counter',
    unit: '1',
    says: 'Messages sent again because a worker died or was replaced, or a link was lost; at the slot that they were sent to.',
    labels: [],
  },
  millrace_repeats_dropped_total: {
    kind: 'counter',
    unit: '1',
    says: 'Messages that came again and were done once.',
    labels: [],
  },
  millrace_late_replies_total: {
    kind: 'counter',
    unit: '1',
    says: 'Replies that came when nobody waited for them any more.',
    labels: [],
  },
  millrace_duplicate_replies_total: {
    kind: 'counter',
    unit: '1',
    says: 'Replies and failures that came after the reply of their request.',
    labels: [],
  },
  millrace_messages_given_up_total: {
    kind: 'counter',
    unit: '1',
    says: 'Messages without a result: dropped, dead_lettered, or an unclaimed reply.',
    labels: ['reason'],
  },
  millrace_worker_up: { kind: 'gauge', unit: '1', says: '1 for a worker that takes work, else 0.', labels: [] },
  millrace_worker_restarts_total: {
    kind: 'counter',
    unit: '1',
    says: 'Processes that have followed the first one in a slot, after a failure or by a reload.',
    labels: [],
  },
  millrace_memory_bytes: { kind: 'gauge', unit: 'By', says: 'Resident memory of the process.', labels: [] },
  millrace_event_loop_delay_seconds: {
    kind: 'gauge',
    unit: 's',
    says: 'How late the event loop was at worst during the last minute.',
    labels: [],
  },
  millrace_exporter_dropped_total: {
    kind: 'counter',
    unit: '1',
    says: 'Spans, metrics and log lines that an exporter lost: its queue was full, or its receiver down, slow or refusing.',
    labels: ['exporter'],
  },
} as const

/** The name of a metric of the closed list. */
export type MetricName = keyof typeof metricList

/** Values counted by size. */
export interface HistogramValue {
  readonly count: number
  /** Of all values, in seconds. */
  readonly sum: number
  /** How many are in each bucket of {@link durationBounds}, and above; not cumulative. */
  readonly buckets: readonly number[]
}

/** One value of a metric, with its labels. */
export interface MetricSample {
  readonly name: MetricName
  readonly labels: Readonly<Record<string, string>>
  readonly value: number | HistogramValue
}

/** What has been counted, as it is now. */
export type MetricSamples = readonly MetricSample[]
