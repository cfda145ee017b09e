import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually } from '../web/web-application.js'
import { scrape, total } from './scrape.js'
import { askSum, type Observed, startObserved } from './shop-of-groups.js'

let folder: string
let hangs: Server
let hanging: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-exporters-'))
  // Takes connections and never says a word.
  hangs = createServer((socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => void hangs.listen(0, '127.0.0.1', resolve))
  const address = hangs.address()
  hanging = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
})

afterAll(async () => {
  hangs.close()
  await rm(folder, { recursive: true })
})

interface Line {
  readonly signal: string
  readonly kind: string
  readonly trace_id?: string
}

async function linesIn(file: string): Promise<readonly Line[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** Every span of some requests, the counters and the end, with a receiver that is of no use. */
async function withUselessReceiver(endpoint: string, file: string): Promise<{ readonly app: Observed }> {
  const app = await startObserved({
    tracing: { exporters: ['otel_otlp', 'jsonl'] },
    metrics: { exporters: ['prometheus', 'otel_otlp'], interval_seconds: 0.2 },
    logging: { exporters: ['otel_otlp', 'jsonl'], level: 'debug' },
    otlp: { endpoint, timeout_seconds: 0.5 },
    jsonl: { path: file },
  })
  const answers = await Promise.all(Array.from({ length: 100 }, () => askSum(app.url, 'ok')))
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  return { app }
}

describe('an application whose receiver is of no use', () => {
  it.each([
    ['dead', () => 'http://127.0.0.1:9'],
    ['silent', () => hanging],
  ])('OBS-EXP-01 that is %s answers as ever, counts what is lost, and stops', async (what, endpoint) => {
    const file = join(folder, `${what}.jsonl`)
    const { app } = await withUselessReceiver(endpoint(), file)
    const lost = await eventually(
      () => scrape(app.url),
      (seen) => total(seen, 'millrace_exporter_dropped_total', { exporter: 'otel_otlp' }) > 0,
    )
    expect(total(lost, 'millrace_requests_total', { outcome: 'replied' })).toBe(100)
    expect(total(lost, 'millrace_exporter_dropped_total', { exporter: 'jsonl' })).toBe(0)
    expect(await app.runtime.stop()).toBe('graceful')
    // Eight spans of each request, whatever became of the other exporter.
    const spans = (await linesIn(file)).filter(({ signal }) => signal === 'span')
    expect(spans).toHaveLength(800)
  })

  it('OBS-EXP-01 that is silent holds up the stop of all workers at once, and not of one after the other', async () => {
    const app = await startObserved({ tracing: { exporters: ['otel_otlp'] }, otlp: { endpoint: hanging } })
    await Promise.all(Array.from({ length: 20 }, () => askSum(app.url, 'ok')))
    const before = performance.now()
    expect(await app.runtime.stop()).toBe('graceful')
    expect(performance.now() - before).toBeLessThan(5_000)
  })
})
