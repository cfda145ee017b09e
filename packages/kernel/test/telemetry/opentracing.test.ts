import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { eventually } from '../web/web-application.js'
import { type OtlpEndpoint, otlpEndpoint } from './otlp-endpoint.js'
import { askSum, type Observed, startObserved } from './shop-of-groups.js'

const tracer = fileURLToPath(new URL('../fixtures/telemetry/writing-tracer.ts', import.meta.url))

let folder: string
let endpoint: OtlpEndpoint
let app: Observed

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-opentracing-'))
  process.env.MILLRACE_TEST_SPANS = join(folder, 'spans.jsonl') // workers inherit it
  endpoint = await otlpEndpoint()
  const observability = {
    tracing: { exporters: ['otel_otlp', 'opentracing_bridge'] },
    otlp: { endpoint: endpoint.url, protocol: 'http/json' },
  }
  app = await startObserved(observability, {
    discovery_modules: [tracer],
  })
})

afterAll(async () => {
  await app?.runtime.stop()
  await endpoint.close()
  await rm(folder, { recursive: true })
})

interface Written {
  readonly name: string
  readonly tags: Readonly<Record<string, unknown>>
}

async function written(traceId: string): Promise<readonly Written[]> {
  const text = await readFile(join(folder, 'spans.jsonl'), 'utf8').catch(() => '')
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Written).filter(({ tags }) => tags['millrace.trace_id'] === traceId)
}

it('OBS-TRACE-02 a request through three groups is the same spans, with the same parents, in the tracers of all processes', async () => {
  const [traceId, caller] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  const answer = await askSum(app.url, 'ok', { traceparent: `00-${traceId}-${caller}-01` })
  expect(answer.status).toBe(200)
  const sent = await endpoint.spans(traceId, 8)
  const bridged = await eventually(
    () => written(traceId),
    (spans) => spans.length === 8,
  )
  const known = ({ name, tags }: Written) => [name, tags['millrace.span_id'], tags['millrace.parent_id']]
  expect(bridged.map(known).sort()).toEqual(
    sent.map(({ name, spanId, parentSpanId }) => [name, spanId, parentSpanId]).sort(),
  )
})
