import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { durationBounds, type MetricSamples, metricList, type TelemetrySettings } from '@millrace/contracts'
import { createTelemetry } from '../src/index.js'
import { type OtlpReceiver, startReceiver } from './otlp-receiver.js'
import { describeWith, printed } from './program.js'
import { samplesOfAll } from './samples.js'
import { patientTelemetry, telemetryParts } from './telemetry-parts.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-metrics-'))
const jsonlPath = join(folder, 'metrics.jsonl')
let receiver: OtlpReceiver | undefined

afterEach(async () => {
  await receiver?.close()
  receiver = undefined
})
afterAll(() => rmSync(folder, { recursive: true }))

const all = samplesOfAll()

/** Telemetry that sends metrics; by itself only in an hour. */
function sending(
  exporters: TelemetrySettings['metrics']['exporters'],
  otlp: Partial<TelemetrySettings['otlp']> = {},
  collect: () => Promise<MetricSamples> = async () => all,
  intervalMs = 3_600_000,
) {
  const usual = { endpoint: 'http://127.0.0.1:9', protocol: 'http/json', headers: {}, timeoutMs: 300 } as const
  const settings = { metrics: { exporters, intervalMs }, otlp: { ...usual, ...otlp }, jsonlPath }
  return patientTelemetry(telemetryParts(settings, { collect }))
}

interface OtlpMetric {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly sum?: { readonly aggregationTemporality: number; readonly isMonotonic: boolean }
  readonly histogram?: { readonly aggregationTemporality: number; readonly dataPoints: readonly unknown[] }
}

describe('metrics that are sent', () => {
  it('go as OTLP: every metric, cumulative, with its unit', async () => {
    receiver = await startReceiver()
    const telemetry = sending(['otel_otlp', 'prometheus'], { endpoint: receiver.endpoint, timeoutMs: 5_000 })
    await telemetry.close()
    expect(telemetry.dropped()).toEqual({ otel_otlp: 0 })
    expect(receiver.received.map(({ path }) => path)).toEqual(['/v1/metrics'])
    const metrics: readonly OtlpMetric[] = JSON.parse(String(receiver.received[0]?.body)).resourceMetrics[0]
      .scopeMetrics[0].metrics
    expect(metrics.map(({ name, unit, description }) => [name, unit, description])).toEqual(
      Object.entries(metricList).map(([name, { unit, says }]) => [name, unit, says]),
    )
    const requests = metrics.find(({ name }) => name === 'millrace_requests_total')
    expect(requests?.sum).toMatchObject({ aggregationTemporality: 2, isMonotonic: true })
    const durations = metrics.find(({ name }) => name === 'millrace_request_duration_seconds')
    expect(durations?.histogram).toMatchObject({
      aggregationTemporality: 2,
      dataPoints: [{ explicitBounds: [...durationBounds], count: 2, sum: 60.0001 }],
    })
  })

  it('go again and again', async () => {
    const twice = new Promise<void>((resolve) => {
      let requests = 0
      void startReceiver((response) => {
        response.writeHead(200).end()
        requests += 1
        if (requests === 2) resolve()
      }).then((started) => {
        receiver = started
        const telemetry = sending(['otel_otlp'], { endpoint: started.endpoint, timeoutMs: 5_000 }, async () => all, 10)
        void twice.then(() => telemetry.close())
      })
    })
    await twice
  })

  it('go to a file, a line for each sample', async () => {
    await sending(['jsonl']).close()
    const lines = readFileSync(jsonlPath, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).name)).toEqual(all.map(({ name }) => name))
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      signal: 'metric',
      kind: 'gauge',
      labels: { group: 'pricing', worker: 'pricing#1' },
      value: 3,
    })
  })

  it('OBS-EXP-01 are counted as lost where the receiver is dead', async () => {
    const telemetry = sending(['otel_otlp', 'jsonl'])
    await telemetry.close()
    expect(telemetry.dropped()).toEqual({ otel_otlp: all.length, jsonl: 0 })
  })

  it('are told of as lost where they cannot be collected', async () => {
    const telemetry = sending(['jsonl'], {}, () => Promise.reject(new Error('no')))
    await telemetry.close()
    expect(telemetry.dropped()).toEqual({ jsonl: 1 })
  })

  it('go on after a collection that failed at once', async () => {
    receiver = await startReceiver()
    let calls = 0
    const collect = (): Promise<MetricSamples> => {
      if (calls++ === 0) throw new RangeError('there is nothing yet')
      return Promise.resolve(all)
    }
    const telemetry = sending(['otel_otlp'], { endpoint: receiver.endpoint }, collect, 5)
    while (receiver.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await telemetry.close()
    expect(telemetry.dropped()).toEqual({ otel_otlp: 1 })
  })

  it('are collected once more at the end, although they are being collected', async () => {
    let calls = 0
    const collect = async (): Promise<MetricSamples> => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return [{ name: 'millrace_roots_in_flight', labels: { group: 'a', worker: 'a#1' }, value: ++calls }]
    }
    rmSync(jsonlPath, { force: true })
    const telemetry = sending(['jsonl'], {}, collect, 5)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await telemetry.close()
    const values = readFileSync(jsonlPath, 'utf8').trim().split('\n')
    expect(values.map((line) => JSON.parse(line).value)).toEqual([1, 2])
  })

  it('do not hold up the end when collecting hangs', async () => {
    const parts = telemetryParts(
      { metrics: { exporters: ['jsonl'], intervalMs: 3_600_000 }, jsonlPath },
      { collect: () => new Promise(() => undefined) },
    )
    const telemetry = createTelemetry(parts)
    const before = performance.now()
    await telemetry.close()
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})

describeWith('protoc')('metrics as OTLP in protobuf, read by protoc', () => {
  it('are all there', async () => {
    receiver = await startReceiver()
    await sending(['otel_otlp'], { endpoint: receiver.endpoint, protocol: 'http/protobuf', timeoutMs: 5_000 }).close()
    const body = receiver.received[0]?.body ?? Buffer.of()
    const text = printed('protoc', ['--decode_raw'], body)
    // Without the schema a text that happens to be a message is shown as one: that is so for a few names.
    const shown = Object.keys(metricList).filter((name) => text.includes(`1: "${name}"`))
    expect(shown.length).toBeGreaterThan(Object.keys(metricList).length / 2)
    expect(Object.keys(metricList).filter((name) => !body.includes(name))).toEqual([])
  })
})
