import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type OtlpEndpoint, otlpEndpoint, type ReceivedSpan } from './otlp-endpoint.js'
import { askSum, type Observed, startObserved } from './shop-of-groups.js'

let endpoint: OtlpEndpoint
let app: Observed

beforeAll(async () => {
  endpoint = await otlpEndpoint()
  app = await startObserved({
    tracing: { exporters: ['otel_otlp'] },
    otlp: { endpoint: endpoint.url, protocol: 'http/json' },
    console: false,
  })
})

afterAll(async () => {
  await app.runtime.stop()
  await endpoint.close()
})

/** A traceparent of somebody who calls. */
function caller(flags: string): { readonly traceId: string; readonly spanId: string; readonly traceparent: string } {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` }
}

/** The spans as a tree of names; of children the earliest first. */
function tree(spans: readonly ReceivedSpan[], parent: string): readonly unknown[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .sort((one, other) => Number(BigInt(one.startTimeUnixNano) - BigInt(other.startTimeUnixNano)))
    .map(({ name, service, spanId }) => [`${name} @ ${service}`, ...tree(spans, spanId)])
}

describe('a request over HTTP through three groups', () => {
  it('OBS-TRACE-01 is one trace from the caller through every hop and back, with right parents', async () => {
    const { traceId, spanId, traceparent } = caller('01')
    expect(await askSum(app.url, 'ok', { traceparent })).toMatchObject({ status: 200 })
    const spans = await endpoint.spans(traceId, 8)
    expect(tree(spans, spanId)).toEqual([
      [
        'root processes.ask @ processes.web',
        [
          'hop one @ processes.web',
          [
            'node first @ processes.one',
            [
              'hop two @ processes.one',
              [
                'node second @ processes.two',
                ['hop three @ processes.two', ['node third @ processes.three', ['hop web @ processes.three']]],
              ],
            ],
          ],
        ],
      ],
    ])
    expect(spans).toHaveLength(8)
    for (const { startTimeUnixNano, endTimeUnixNano, status } of spans) {
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano))
      expect(status.code ?? 0).not.toBe(2)
    }
  })

  it('WEB-03 a caller that does not record its trace has it kept, and nothing is recorded', async () => {
    const [silent, loud] = [caller('00'), caller('01')]
    await askSum(app.url, 'ok', { traceparent: silent.traceparent })
    await askSum(app.url, 'ok', { traceparent: loud.traceparent })
    await endpoint.spans(loud.traceId, 8)
    expect(endpoint.bodies.join('\n')).not.toContain(silent.traceId)
  })

  it('OBS-TRACE-01 a handler that throws ends its span, and those that led to it, with the code and nothing else', async () => {
    const { traceId, traceparent } = caller('01')
    expect(await askSum(app.url, 'throw', { traceparent })).toMatchObject({ status: 500 })
    const spans = await endpoint.spans(traceId, 5)
    const failed = Object.fromEntries(spans.map(({ name, status }) => [name, status.code === 2]))
    expect(failed).toMatchObject({ 'node second': true, 'root processes.ask': true, 'node first': false })
    expect(endpoint.bodies.join('\n')).not.toContain('hunter2')
  })

  it('OBS-TRACE-01 what is sent again because a worker died is a span of its own, with a link to the first', async () => {
    const { traceId, traceparent } = caller('01')
    const two = app.runtime.workers().find(({ group }) => group === 'two')?.pid ?? 0
    const answer = askSum(app.url, `hold ${two}`, { traceparent })
    for (let held = 0; held < 1; ) held = Number((await askSum(app.url, 'count')).body.n)
    process.kill(two, 'SIGKILL')
    expect(await answer).toMatchObject({ status: 200 })
    const spans = await endpoint.spans(traceId, 9)
    const sendings = spans.filter(({ name }) => name === 'hop two')
    expect(sendings).toHaveLength(2)
    const [first, second] = sendings.sort((one, other) =>
      Number(BigInt(one.startTimeUnixNano) - BigInt(other.startTimeUnixNano)),
    )
    expect(first?.status.code).toBe(2)
    expect(second?.links).toMatchObject([{ traceId, spanId: first?.spanId }])
    expect(second?.parentSpanId).toBe(first?.parentSpanId)
  })
})
