import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import type { MillraceEvent, OtlpSettings, Telemetry } from '@millrace/contracts'
import { createTelemetry } from '../src/index.js'
import { type Answering, type OtlpReceiver, type Received, startReceiver, takes } from './otlp-receiver.js'
import { patientTelemetry, telemetryParts } from './telemetry-parts.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-exporters-'))
const jsonlPath = join(folder, 'spans.jsonl')
let receiver: OtlpReceiver | undefined

afterEach(async () => {
  await receiver?.close()
  receiver = undefined
  rmSync(jsonlPath, { force: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

const spans = 3_000

/** Records spans as an application does: in between, others have their turn. */
async function record({ tracing }: Telemetry): Promise<void> {
  for (let at = 0; at < spans; at += 1) {
    tracing?.root({ kind: 'request', name: `q${at}`, traceId: undefined, parent: undefined })?.end()
    if (at % 100 === 0) await turn()
  }
}

/** An application whose spans go to a file too, from its first span to its end. */
async function run(otlp: Partial<OtlpSettings>, create = createTelemetry) {
  const told: number[] = []
  const parts = telemetryParts({
    tracing: { exporters: ['otel_otlp', 'jsonl'], sampleRatio: 1 },
    otlp: { endpoint: 'http://127.0.0.1:9', protocol: 'http/json', headers: {}, timeoutMs: 10_000, ...otlp },
    jsonlPath,
  })
  parts.events.subscribe(({ name, facts }: MillraceEvent) => {
    if (name === 'exporter.dropped' && facts.exporter === 'otel_otlp') told.push(Number(facts.count))
  })
  const telemetry = create(parts)
  await record(telemetry)
  await allAreWritten()
  const before = performance.now()
  await telemetry.close()
  return { told, dropped: telemetry.dropped(), closedMs: performance.now() - before }
}

/** The file has them all while the application runs, however long a busy machine takes for that; what closing has left is 2 s. */
async function allAreWritten(): Promise<void> {
  while (lines().length < spans) await delay(10)
}

/** What the file holds; its last line may just be being written. */
function lines(): readonly string[] {
  if (!existsSync(jsonlPath)) return []
  return readFileSync(jsonlPath, 'utf8').split('\n').slice(0, -1)
}

const written = (): number => new Set(lines().map((line) => JSON.parse(line).span_id)).size

function spansIn({ body }: Received): number {
  return JSON.parse(String(body)).resourceSpans[0].scopeSpans[0].spans.length
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

describe('a receiver of OTLP that does not do its work', () => {
  it.each<[string, Answering]>([
    ['hangs', () => undefined],
    ['refuses by 400', (response) => void response.writeHead(400).end('no')],
    ['refuses by 401', (response) => void response.writeHead(401).end()],
    ['breaks by 500', (response) => void response.writeHead(500).end()],
    ['is busy by 503', (response) => void response.writeHead(503, { 'retry-after': '60' }).end()],
    ['is busy by 429', (response) => void response.writeHead(429).end()],
    ['hangs up', (response) => void response.destroy()],
    ['never ends its answer', (response) => void response.writeHead(200).write('{')],
    ['sends too much', (response) => void response.writeHead(200).end('x'.repeat(100_000))],
    ['redirects', (response) => void response.writeHead(302, { location: '/' }).end()],
  ])('OBS-EXP-01 %s: every span is lost and told of, the file has them all', async (_what, answer) => {
    receiver = await startReceiver(answer)
    const { dropped, told, closedMs } = await run({ endpoint: receiver.endpoint })
    expect(dropped).toEqual({ otel_otlp: spans, jsonl: 0 })
    expect(sum(told)).toBe(spans)
    expect(written()).toBe(spans)
    expect(closedMs).toBeLessThan(10_000)
  })

  it('OBS-EXP-01 is busy and says to come back at once: it is asked seldom all the same', async () => {
    receiver = await startReceiver((response) => void response.writeHead(503, { 'retry-after': '0' }).end())
    const { dropped } = await run({ endpoint: receiver.endpoint })
    expect(dropped).toEqual({ otel_otlp: spans, jsonl: 0 })
    expect(receiver.received.length).toBeLessThan(50)
  })

  it('OBS-EXP-01 is dead: every span is lost and told of, the file has them all', async () => {
    const gone = await startReceiver()
    await gone.close()
    const { dropped, told, closedMs } = await run({ endpoint: gone.endpoint })
    expect(dropped).toEqual({ otel_otlp: spans, jsonl: 0 })
    expect(sum(told)).toBe(spans)
    expect(written()).toBe(spans)
    expect(closedMs).toBeLessThan(10_000)
  })

  it('OBS-EXP-01 takes only a part: the rest is lost', async () => {
    receiver = await startReceiver(
      (response) => void response.writeHead(200).end('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}}'),
    )
    const { dropped } = await run({ endpoint: receiver.endpoint }, patientTelemetry)
    expect(sum(receiver.received.map(spansIn))).toBe(spans)
    expect(dropped.otel_otlp).toBe(3 * receiver.received.length)
  })

  it('OBS-EXP-01 is slow: what it has taken in time is not lost', async () => {
    let slow: NodeJS.Timeout | undefined
    receiver = await startReceiver((response, request) => {
      slow = setTimeout(() => takes(response, request), 200)
    })
    const { dropped } = await run({ endpoint: receiver.endpoint }, patientTelemetry)
    clearTimeout(slow)
    expect(dropped).toEqual({ otel_otlp: 0, jsonl: 0 })
    expect(sum(receiver.received.map(spansIn))).toBe(spans)
  })

  it('gets a batch again that it was too busy for', async () => {
    let requests = 0
    receiver = await startReceiver((response, request) => {
      requests += 1
      if (requests === 1) response.writeHead(503, { 'retry-after': '0' }).end()
      else takes(response, request)
    })
    const { dropped } = await run({ endpoint: receiver.endpoint }, patientTelemetry)
    expect(dropped).toEqual({ otel_otlp: 0, jsonl: 0 })
    expect(sum(receiver.received.slice(1).map(spansIn))).toBeGreaterThanOrEqual(spans - 512)
  })
})

describe('a file that cannot be written', () => {
  it.each(['/dev/full', '/nonexistent/spans.jsonl', tmpdir()])(
    'OBS-EXP-01 %s: every span is lost there, the receiver has them all',
    async (path) => {
      receiver = await startReceiver()
      const telemetry = patientTelemetry(
        telemetryParts({
          tracing: { exporters: ['otel_otlp', 'jsonl'], sampleRatio: 1 },
          otlp: { endpoint: receiver.endpoint, protocol: 'http/json', headers: {}, timeoutMs: 10_000 },
          jsonlPath: path,
        }),
      )
      await record(telemetry)
      await telemetry.close()
      expect(telemetry.dropped()).toEqual({ otel_otlp: 0, jsonl: spans })
      expect(sum(receiver.received.map(spansIn))).toBe(spans)
    },
  )

  it('goes on in a line of its own where a full disk has left half a line', async () => {
    writeFileSync(jsonlPath, '{"signal":"span","ti')
    const telemetry = patientTelemetry(telemetryParts({ tracing: { exporters: ['jsonl'], sampleRatio: 1 }, jsonlPath }))
    telemetry.tracing?.root({ kind: 'request', name: 'q', traceId: undefined, parent: undefined })?.end()
    await telemetry.close()
    const [torn, whole = ''] = readFileSync(jsonlPath, 'utf8').split('\n')
    expect(torn).toBe('{"signal":"span","ti')
    expect(JSON.parse(whole)).toMatchObject({ signal: 'span', name: 'root q' })
  })

  it('goes on in a new file when the old one is moved away', async () => {
    const parts = telemetryParts({ tracing: { exporters: ['jsonl'], sampleRatio: 1 }, jsonlPath })
    const first = patientTelemetry(parts)
    await record(first)
    await first.close()
    rmSync(jsonlPath)
    const second = patientTelemetry(parts)
    await record(second)
    await second.close()
    expect(written()).toBe(spans)
  })
})

describe('the environment', () => {
  const variables = {
    OTEL_SDK_DISABLED: 'true',
    OTEL_TRACES_SAMPLER: 'always_off',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-theirs=1',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1',
    OTEL_SERVICE_NAME: 'theirs',
    OTEL_RESOURCE_ATTRIBUTES: 'theirs=1',
  }

  afterEach(() => {
    for (const name of Object.keys(variables)) delete process.env[name]
  })

  it('changes nothing', async () => {
    Object.assign(process.env, variables)
    receiver = await startReceiver()
    const { dropped } = await run({ endpoint: receiver.endpoint }, patientTelemetry)
    expect(dropped).toEqual({ otel_otlp: 0, jsonl: 0 })
    expect(sum(receiver.received.map(spansIn))).toBe(spans)
    expect(receiver.received[0]?.headers).not.toHaveProperty('x-theirs')
    expect(String(receiver.received[0]?.body)).not.toContain('theirs')
  })
})

describe('ending', () => {
  it('OBS-EXP-01 is when the two seconds of a receiver that hangs begin, not at the close', async () => {
    receiver = await startReceiver(() => undefined)
    const { endpoint } = receiver
    const otlp: OtlpSettings = { endpoint, protocol: 'http/json', headers: {}, timeoutMs: 10_000 }
    const telemetry = createTelemetry(telemetryParts({ tracing: { exporters: ['otel_otlp'], sampleRatio: 1 }, otlp }))
    await record(telemetry)
    telemetry.ending()
    await delay(2_000)
    const before = performance.now()
    await telemetry.close()
    expect(performance.now() - before).toBeLessThan(1_000)
    expect(telemetry.dropped()).toEqual({ otel_otlp: spans })
  })

  it('sends what waits at once, and loses nothing that comes until the close', async () => {
    receiver = await startReceiver()
    const { endpoint } = receiver
    const otlp: OtlpSettings = { endpoint, protocol: 'http/json', headers: {}, timeoutMs: 10_000 }
    const telemetry = patientTelemetry(telemetryParts({ tracing: { exporters: ['otel_otlp'], sampleRatio: 1 }, otlp }))
    telemetry.tracing?.root({ kind: 'request', name: 'q', traceId: undefined, parent: undefined })?.end()
    telemetry.ending()
    await delay(500)
    expect(receiver.received).toHaveLength(1)
    telemetry.tracing?.root({ kind: 'request', name: 'q', traceId: undefined, parent: undefined })?.end()
    await telemetry.close()
    expect(telemetry.dropped()).toEqual({ otel_otlp: 0 })
    expect(sum(receiver.received.map(spansIn))).toBe(2)
  })
})

describe('close', () => {
  it('may be called more than once', async () => {
    const telemetry = patientTelemetry(telemetryParts({ tracing: { exporters: ['jsonl'], sampleRatio: 1 }, jsonlPath }))
    telemetry.tracing?.root({ kind: 'request', name: 'q', traceId: undefined, parent: undefined })?.end()
    await Promise.all([telemetry.close(), telemetry.close()])
    await telemetry.close()
    expect(written()).toBe(1)
  })

  it('counts what comes after it as lost', async () => {
    const telemetry = patientTelemetry(telemetryParts({ tracing: { exporters: ['jsonl'], sampleRatio: 1 }, jsonlPath }))
    await telemetry.close()
    telemetry.tracing?.root({ kind: 'request', name: 'q', traceId: undefined, parent: undefined })?.end()
    expect(telemetry.dropped()).toEqual({ jsonl: 1 })
  })
})
