import type { OtlpSettings, TelemetrySettings } from '@millrace/contracts'
import type { Drops } from './drops.js'
import { appendTo, type LineTarget, standardOutput } from './line-target.js'
import type { OtlpClient } from './otlp-client.js'
import { createPipeline, type Pipeline, type PipelineLimits, type Send } from './pipeline.js'
import { sendLines } from './send-lines.js'

/** An exporter with a queue. */
export type QueuedExporterName = 'otel_otlp' | 'jsonl' | 'stdout'

/** What exporters of one kind of telemetry have in common. */
export interface ExporterParts {
  readonly settings: TelemetrySettings
  readonly drops: Drops
  /** The client for all that goes to OTLP. */
  readonly otlp: () => OtlpClient
}

/** One kind of telemetry in the forms in which it leaves. */
export interface Signal<Item> {
  /** Sends it to a receiver of OTLP. */
  readonly otlp: (client: OtlpClient, protocol: OtlpSettings['protocol']) => Send<Item>
  /** Makes lines, without their ends, of the items of one batch. */
  readonly lines: (to: 'jsonl' | 'stdout') => (item: Item) => string
  /** How many items wait at most. */
  readonly maxQueued: number
  /** How large all items may be that wait or are being sent; for items that may be of any size. */
  readonly maxSize?: number
  readonly sizeOf?: (item: Item) => number
  readonly isAboutDrops?: (item: Item) => boolean
}

/** For a receiver in the network: several batches on their way, or its latency would bound how many items a second it can have. */
const networkLimits = { maxBatch: 512, maxInFlight: 4, delayMs: 1_000, restMs: [250, 5_000] } as const
/** For lines, which keep their order. */
const lineLimits = { maxBatch: 512, maxInFlight: 1, delayMs: 100, restMs: [250, 5_000] } as const

/** Makes one exporter for each name; each has a queue of its own, so none can hold up another. */
export function createExporter<Item>(
  name: QueuedExporterName,
  signal: Signal<Item>,
  { settings, drops, otlp }: ExporterParts,
): Pipeline<Item> {
  const { maxQueued, maxSize = Number.POSITIVE_INFINITY, ...items } = signal
  const pipeline = (send: Send<Item>, limits: Omit<PipelineLimits, 'maxQueued'>): Pipeline<Item> =>
    createPipeline({ ...items, exporter: name, send, drops, limits: { ...limits, maxQueued, maxSize } })
  const lines = (target: LineTarget, to: 'jsonl' | 'stdout'): Pipeline<Item> =>
    pipeline((items, given) => sendLines(target, items, signal.lines(to), given), lineLimits)

  switch (name) {
    case 'otel_otlp':
      return pipeline(signal.otlp(otlp(), settings.otlp.protocol), networkLimits)
    case 'jsonl':
      return lines(appendTo(settings.jsonlPath), name)
    case 'stdout':
      return lines(standardOutput(), name)
  }
}
