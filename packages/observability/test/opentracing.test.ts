import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { MillraceError, type RootStart, type SpanContext, type Tracing } from '@millrace/contracts'
import { SpanStatusCode } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { TracerShim } from '@opentelemetry/shim-opentracing'
import { initGlobalTracer, Tracer } from 'opentracing'
import { createTelemetry } from '../src/index.js'
import { patientTelemetry, telemetryParts } from './telemetry-parts.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-opentracing-'))
afterAll(() => rmSync(folder, { recursive: true }))

const request: RootStart = { kind: 'request', name: 'shop.quote', traceId: undefined, parent: undefined }
const hop = { from: 'pricing', to: 'audit', peer: 'audit#1', type: 'shop.price' }

/** One request: a node that fails, and a hop that repeats one before. */
function serve({ root, node, hop: leave }: Tracing, parent: string | undefined): SpanContext {
  const span = root({ ...request, parent })
  if (span === undefined) throw new Error('the root is not traced')
  const handler = node(span, 'price', 'shop.quote')
  const first = leave(handler, { ...hop, repeats: undefined })
  first.end()
  handler.end(new MillraceError('NODE_FAILED', 'price threw'))
  leave(handler, { ...hop, repeats: first }).end()
  span.end()
  return span
}

describe('opentracing_bridge', () => {
  let inTracer: InMemorySpanExporter

  beforeEach(() => {
    inTracer = new InMemorySpanExporter()
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(inTracer)] })
    const textMapPropagator = new W3CTraceContextPropagator()
    initGlobalTracer(new TracerShim(provider.getTracer('application'), { textMapPropagator }))
  })

  it('OBS-TRACE-02 yields the same spans as the other exporters: names, parents, kinds, attributes, failures, times', async () => {
    const jsonlPath = join(folder, 'spans.jsonl')
    const tracing = { exporters: ['opentracing_bridge', 'jsonl'] as const, sampleRatio: 1 }
    const telemetry = patientTelemetry(telemetryParts({ tracing, jsonlPath }))
    if (telemetry.tracing !== undefined) serve(telemetry.tracing, undefined)
    await telemetry.close()
    const written: readonly WrittenSpan[] = readFileSync(jsonlPath, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

    const twins = inTracer.getFinishedSpans()
    const idOf = new Map(twins.map((twin) => [twin.spanContext().spanId, twin.attributes['millrace.span_id']]))
    expect(twins.map((twin) => fromTracer(twin, idOf))).toEqual(written.map(fromFile))
    const apartMs = twins.map((twin, at) => Math.abs(startAndLengthMs(twin) - writtenStartAndLengthMs(written[at])))
    expect(Math.max(...apartMs)).toBeLessThanOrEqual(2)
    expect(new Set(twins.map((twin) => twin.spanContext().traceId)).size).toBe(1)
    expect(telemetry.dropped()).toEqual({ opentracing_bridge: 0, jsonl: 0 })
  })

  it('gives the tracer a parent of another process as a traceparent', async () => {
    const telemetry = createTelemetry(
      telemetryParts({ tracing: { exporters: ['opentracing_bridge'], sampleRatio: 1 } }),
    )
    if (telemetry.tracing !== undefined) serve(telemetry.tracing, `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`)
    const root = inTracer.getFinishedSpans().find(({ name }) => name === 'root shop.quote')
    expect(root?.parentSpanContext).toMatchObject({ traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8) })
    await telemetry.close()
  })

  it.each([
    ['does nothing', new Tracer()],
    [
      'throws',
      new (class extends Tracer {
        protected override _startSpan(): never {
          throw new Error('no')
        }
      })(),
    ],
  ])('OBS-EXP-01 counts the spans that a tracer loses which %s, and the others have them', async (_what, tracer) => {
    initGlobalTracer(tracer)
    const tracing = { exporters: ['opentracing_bridge'] as const, sampleRatio: 1 }
    const telemetry = createTelemetry(telemetryParts({ tracing, keptSpans: 10 }))
    const { traceId } = telemetry.tracing === undefined ? { traceId: '' } : serve(telemetry.tracing, undefined)
    expect(telemetry.dropped()).toEqual({ opentracing_bridge: 4 })
    expect(telemetry.spansOf(traceId)).toHaveLength(4)
    await telemetry.close()
  })
})

interface WrittenSpan {
  readonly span_id: string
  readonly parent_id?: string
  readonly name: string
  readonly kind: string
  readonly status: string
  readonly duration_ms: number
  readonly time: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links?: readonly { readonly span_id: string }[]
}

function fromFile({ span_id, parent_id, name, kind, status, attributes, links = [] }: WrittenSpan) {
  return {
    id: span_id,
    parent: parent_id,
    name,
    kind,
    status,
    attributes,
    repeats: links.map((link) => link.span_id),
  }
}

const ownTags = ['millrace.trace_id', 'millrace.span_id', 'millrace.parent_id', 'span.kind', 'sampling.priority']

function fromTracer(twin: ReadableSpan, idOf: ReadonlyMap<string, unknown>): ReturnType<typeof fromFile> {
  const { attributes, parentSpanContext, status, links } = twin
  const tags = Object.entries(attributes)
  expect(idOf.get(parentSpanContext?.spanId ?? '')).toBe(attributes['millrace.parent_id'])
  return {
    id: String(attributes['millrace.span_id']),
    parent: parentSpanContext === undefined ? undefined : String(idOf.get(parentSpanContext.spanId)),
    name: twin.name,
    kind: String(attributes['span.kind'] ?? 'internal'),
    status: status.code === SpanStatusCode.ERROR ? 'error' : 'ok',
    attributes: Object.fromEntries(tags.filter(([key]) => !ownTags.includes(key))),
    repeats: links.map(({ context }) => String(idOf.get(context.spanId))),
  }
}

function startAndLengthMs({ startTime, duration }: ReadableSpan): number {
  return (startTime[0] + duration[0]) * 1_000 + (startTime[1] + duration[1]) / 1_000_000
}

function writtenStartAndLengthMs(span: WrittenSpan | undefined): number {
  return span === undefined ? Number.NaN : Date.parse(span.time) + span.duration_ms
}
