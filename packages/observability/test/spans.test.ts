import { describe, expect, it } from '@jest/globals'
import { MillraceError, type RootStart } from '@millrace/contracts'
import { createTelemetry } from '../src/index.js'
import { startReceiver } from './otlp-receiver.js'
import { describeWith, printed } from './program.js'
import { patientTelemetry, telemetryParts } from './telemetry-parts.js'

const request: RootStart = { kind: 'request', name: 'shop.quote', traceId: undefined, parent: undefined }

/** What one request leaves behind: a root, a node that fails, and a hop that repeats another. */
async function traced(protocol: 'http/protobuf' | 'http/json') {
  const receiver = await startReceiver()
  const otlp = { endpoint: `${receiver.endpoint}/`, protocol, headers: { 'x-key': 'k' }, timeoutMs: 5_000 }
  const telemetry = patientTelemetry(telemetryParts({ tracing: { exporters: ['otel_otlp'], sampleRatio: 1 }, otlp }))
  const root = telemetry.tracing?.root(request)
  if (root === undefined) throw new Error('the root is not traced')
  const node = telemetry.tracing?.node(root, 'price', 'shop.quote')
  node?.end(new MillraceError('NODE_FAILED', 'price threw: 4111 1111 1111 1111 is no card'))
  const hop = { from: 'pricing', to: 'audit', peer: 'audit#1', type: 'shop.price' }
  const first = telemetry.tracing?.hop(root, { ...hop, repeats: undefined })
  first?.end()
  telemetry.tracing?.hop(root, { ...hop, repeats: first }).end()
  root.end()
  await telemetry.close()
  await receiver.close()
  return { received: receiver.received, root, first, dropped: telemetry.dropped() }
}

describe('spans as OTLP', () => {
  it('go to /v1/traces below the endpoint, with the headers of the settings', async () => {
    const { received, dropped } = await traced('http/json')
    expect(received.map(({ path, headers }) => [path, headers['content-type'], headers['x-key']])).toEqual([
      ['/v1/traces', 'application/json', 'k'],
    ])
    expect(dropped).toEqual({ otel_otlp: 0 })
  })

  it('say in JSON what they are, of which parent, and whose', async () => {
    const { received, root, first } = await traced('http/json')
    const { resourceSpans } = JSON.parse(String(received[0]?.body))
    const { resource, scopeSpans } = resourceSpans[0]
    expect(Object.fromEntries(resource.attributes.map(keyAndText))).toEqual({
      'service.namespace': 'shop',
      'service.name': 'shop.pricing',
      'service.instance.id': `pricing#1.2@${'ab'.repeat(16)}`,
    })
    const { spans } = scopeSpans[0]
    expect(spans.map((span: { name: string; kind: number }) => [span.name, span.kind])).toEqual([
      ['node price', 1],
      ['hop audit', 4],
      ['hop audit', 4],
      ['root shop.quote', 2],
    ])
    expect(new Set(spans.map((span: { traceId: string }) => span.traceId))).toEqual(new Set([root.traceId]))
    expect(spans.map((span: { parentSpanId?: string }) => span.parentSpanId)).toEqual([
      root.spanId,
      root.spanId,
      root.spanId,
      undefined,
    ])
    expect(spans[0].status).toEqual({ code: 2, message: 'NODE_FAILED' })
    expect(Object.fromEntries(spans[0].attributes.map(keyAndText))).toEqual({
      'millrace.group': 'pricing',
      'millrace.slot': 'pricing#1',
      'millrace.node': 'price',
      'millrace.type': 'shop.quote',
      'millrace.code': 'NODE_FAILED',
      'error.type': 'NODE_FAILED',
    })
    expect(spans[2].links).toMatchObject([{ traceId: root.traceId, spanId: first?.spanId }])
    expect(String(received[0]?.body)).not.toContain('4111')
  })
})

describeWith('protoc')('spans as OTLP in protobuf, read by protoc', () => {
  it('carry the same', async () => {
    const { received } = await traced('http/protobuf')
    expect(received[0]?.headers['content-type']).toBe('application/x-protobuf')
    const text = printed('protoc', ['--decode_raw'], received[0]?.body ?? '')
    // TracesData.resource_spans.scope_spans.spans.name, and their kind
    expect(text.match(/^ {6}5: "(.*)"\n {6}6: (\d)$/gm)).toEqual([
      '      5: "node price"\n      6: 1',
      '      5: "hop audit"\n      6: 4',
      '      5: "hop audit"\n      6: 4',
      '      5: "root shop.quote"\n      6: 2',
    ])
    expect(text).toContain('"shop.pricing"')
    expect(text).toContain('2: "NODE_FAILED"')
    expect(text).not.toContain('4111')
  })
})

function keyAndText({ key, value }: { key: string; value: { stringValue: string } }): readonly [string, string] {
  return [key, value.stringValue]
}

describe('spansOf', () => {
  it('knows the last spans of a trace, in the order of their start', () => {
    const { tracing, spansOf } = createTelemetry(telemetryParts({ keptSpans: 3 }))
    const root = tracing?.root(request)
    if (root === undefined) throw new Error('the root is not traced')
    const nodes = ['a', 'b', 'c'].map((name) => tracing?.node(root, name, 'shop.quote'))
    for (const node of nodes.toReversed()) node?.end()
    tracing?.root(request)?.end()
    expect(spansOf(root.traceId).map(({ name }) => name)).toEqual(['a', 'b'])
    expect(spansOf(root.traceId)[0]).toMatchObject({
      kind: 'node',
      parentId: root.spanId,
      slot: 'pricing#1',
      group: 'pricing',
      code: undefined,
      repeats: [],
    })
  })

  it('is empty where no spans are kept, and nothing is traced then', () => {
    const { tracing, spansOf } = createTelemetry(telemetryParts())
    expect(tracing).toBeUndefined()
    expect(spansOf('5'.repeat(32))).toEqual([])
  })

  it('tells wall time', () => {
    const before = Date.now()
    const { tracing, spansOf } = createTelemetry(telemetryParts({ keptSpans: 1 }))
    const root = tracing?.root(request)
    root?.end()
    const { startMs = 0, durationMs = -1 } = spansOf(root?.traceId ?? '')[0] ?? {}
    expect(startMs).toBeGreaterThan(before - 10)
    expect(startMs).toBeLessThan(Date.now() + 10)
    expect(durationMs).toBeGreaterThanOrEqual(0)
  })
})
