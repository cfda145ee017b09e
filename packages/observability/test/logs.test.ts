import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { EventEmitter, TelemetrySettings } from '@millrace/contracts'
import { createTelemetry } from '../src/index.js'
import { startReceiver } from './otlp-receiver.js'
import { describeWith, printed } from './program.js'
import { patientTelemetry, telemetryParts } from './telemetry-parts.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-logs-'))
const jsonlPath = join(folder, 'logs.jsonl')
beforeEach(() => rmSync(jsonlPath, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

const trace = 'a1'.repeat(16)
const base = { exporters: ['jsonl'], level: 'info', lifecycle: false } as const

/** The lines that an application writes which does `emits`. */
async function lines(emits: (events: EventEmitter) => void, logging: Partial<TelemetrySettings['logging']> = {}) {
  const parts = telemetryParts({ logging: { ...base, ...logging }, jsonlPath }, { collect: async () => [] })
  const telemetry = createTelemetry(parts)
  emits(parts.events)
  await telemetry.close()
  return readFileSync(jsonlPath, { encoding: 'utf8', flag: 'a+' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('log lines', () => {
  it('say when, how important, what, of which trace, and whose', async () => {
    const before = new Date().toISOString()
    const [line] = await lines(({ emit }) => emit('root.failed', { code: 'NODE_FAILED', node: 'price', trace }))
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      signal: 'log',
      service: 'shop.pricing',
      instance: `pricing#1.2@${'ab'.repeat(16)}`,
      event: 'root.failed',
      trace_id: trace,
      facts: { code: 'NODE_FAILED', node: 'price' },
      msg: 'A root ended with a failure: `code`, `node` where one failed, and `reason` where what was thrown is known.',
    })
    expect(line.time >= before).toBe(true)
  })

  it('say what a handler said, at the level that it chose', async () => {
    const facts = { node: 'price', message: 'no rate for GBP', trace, tries: 2 }
    const [line] = await lines(({ emit }) => emit('node.log', facts, 'error'))
    expect(line).toMatchObject({ level: 'error', msg: 'no rate for GBP', facts: { node: 'price', tries: 2 } })
    expect(line.facts).toEqual({ node: 'price', tries: 2 })
  })

  it('are left out below the level of the settings', async () => {
    const found = await lines(
      ({ emit }) => {
        emit('reply.unclaimed')
        emit('request.cancelled')
        emit('request.timeout')
      },
      { level: 'warn' },
    )
    expect(found.map(({ event }) => event)).toEqual(['request.timeout'])
  })

  it.each([
    [false, ['worker.failed', 'worker.restarting', 'web.listening']],
    [true, ['runtime.ready', 'worker.ready', 'worker.failed', 'worker.restarting', 'web.listening', 'worker.stopped']],
  ])('tell of changes of phase where lifecycle is %p', async (lifecycle, wanted) => {
    const found = await lines(
      ({ emit }) => {
        emit('runtime.ready')
        emit('worker.ready', { worker: 'pricing#1' })
        emit('worker.failed', { worker: 'pricing#1' })
        emit('worker.restarting', { worker: 'pricing#1' })
        emit('web.listening')
        emit('worker.stopped')
      },
      { lifecycle },
    )
    expect(found.map(({ event }) => event)).toEqual(wanted)
  })

  it('hold no secret, not even one that became known after the event', async () => {
    const found = await lines(({ emit, redactor }) => {
      emit('node.log', { node: 'price', message: 'key is hunter2hunter2' })
      redactor.protect(Buffer.from('hunter2hunter2'))
    })
    expect(found[0].msg).toBe('key is [redacted]')
  })

  it('OBS-EXP-01 are lost where so many long ones wait that they would fill the memory', async () => {
    const parts = telemetryParts({ logging: base }, { collect: async () => [] })
    const telemetry = createTelemetry(parts)
    const message = 'x'.repeat(16_777_216)
    for (let n = 0; n < 5; n++) parts.events.emit('node.log', { node: 'price', message }, 'info')
    expect(telemetry.dropped()).toEqual({ jsonl: 2 })
    await telemetry.close()
  })

  it('are written by the one process that collects', async () => {
    const parts = telemetryParts({ logging: { ...base }, jsonlPath })
    const telemetry = createTelemetry(parts)
    parts.events.emit('request.timeout')
    await telemetry.close()
    expect(readFileSync(jsonlPath, { encoding: 'utf8', flag: 'a+' })).toBe('')
  })

  it('OBS-EXP-01 tell in one exporter what another has lost, and never of themselves for ever', async () => {
    const parts = telemetryParts(
      {
        logging: { exporters: ['otel_otlp', 'jsonl'], level: 'info', lifecycle: false },
        otlp: { endpoint: 'http://127.0.0.1:9', protocol: 'http/json', headers: {}, timeoutMs: 200 },
        jsonlPath: '/dev/full',
      },
      { collect: async () => [] },
    )
    const told: unknown[] = []
    parts.events.subscribe(({ name, facts }) => name === 'exporter.dropped' && told.push(facts))
    const telemetry = createTelemetry(parts)
    parts.events.emit('request.timeout')
    await telemetry.close()
    expect(told).toHaveLength(2)
    expect(told).toEqual(
      expect.arrayContaining([
        { exporter: 'jsonl', count: 1 },
        { exporter: 'otel_otlp', count: 1 },
      ]),
    )
  })
})

/** What a receiver gets of one event. */
async function sent(protocol: 'http/json' | 'http/protobuf') {
  const receiver = await startReceiver()
  const otlp = { endpoint: receiver.endpoint, protocol, headers: {}, timeoutMs: 5_000 }
  const parts = telemetryParts({ logging: { ...base, exporters: ['otel_otlp'] }, otlp }, { collect: async () => [] })
  const telemetry = patientTelemetry(parts)
  parts.events.emit('node.log', { node: 'price', message: 'no rate', trace, codes: ['a', 'b'], none: null }, 'error')
  parts.events.emit('request.timeout')
  await telemetry.close()
  await receiver.close()
  expect(telemetry.dropped()).toEqual({ otel_otlp: 0 })
  return receiver.received
}

describe('log lines as OTLP', () => {
  it('say the same in JSON', async () => {
    const [request] = await sent('http/json')
    expect(request?.path).toBe('/v1/logs')
    const [first, second] = JSON.parse(String(request?.body)).resourceLogs[0].scopeLogs[0].logRecords
    expect(first).toMatchObject({
      severityNumber: 17,
      severityText: 'ERROR',
      eventName: 'node.log',
      body: { stringValue: 'no rate' },
      traceId: trace,
    })
    expect(first.attributes.map(({ key }: { key: string }) => key)).toEqual(['millrace.node', 'millrace.codes'])
    expect(second).toMatchObject({ severityNumber: 13, eventName: 'request.timeout' })
    expect(second).not.toHaveProperty('traceId')
  })
})

describeWith('protoc')('log lines as OTLP in protobuf, read by protoc', () => {
  it('say the same', async () => {
    const [request] = await sent('http/protobuf')
    const text = printed('protoc', ['--decode_raw'], request?.body ?? '')
    expect(text).toContain('1: "no rate"')
    expect(text).toContain('12: "node.log"')
  })
})
