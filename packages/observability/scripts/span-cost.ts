/**
 * Says what a span costs on this machine, in microseconds of processor time: `pnpm --filter @millrace/observability cost`.
 * The receiver of `otel_otlp` runs in a process of its own, and takes everything.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createEventEmitter, type Telemetry, type TelemetrySettings } from '@millrace/contracts'
import { createTelemetry } from '../src/index.js'

const rounds = 5
const spansPerRound = 300_000
/** An application has its turn in between, as exporters have. */
const spansPerTurn = 50

const receiver = spawn(
  process.execPath,
  [
    '-e',
    `require('node:http').createServer((request, response) => request.resume().on('end', () => response.end()))
       .listen(0, '127.0.0.1', function () { console.log(this.address().port) })`,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
const [port] = await once(receiver.stdout, 'data')
const endpoint = `http://127.0.0.1:${String(port).trim()}`

function telemetryOf({ tracing, keptSpans = 0 }: Partial<TelemetrySettings>): Telemetry {
  return createTelemetry({
    owner: { scenario: 'cost', group: 'g', slot: 'g#1', incarnation: 1, run: 'ab'.repeat(16) },
    settings: {
      tracing: tracing ?? { exporters: [], sampleRatio: 1 },
      metrics: { exporters: [], intervalMs: 10_000 },
      logging: { exporters: [], level: 'info', lifecycle: false },
      otlp: { endpoint, protocol: 'http/protobuf', headers: {}, timeoutMs: 10_000 },
      jsonlPath: '/dev/null',
      keptSpans,
    },
    events: createEventEmitter(),
    collect: undefined,
  })
}

const request = { kind: 'request', name: 'shop.quote', traceId: undefined, parent: undefined } as const

async function cost(what: string, settings: Partial<TelemetrySettings>, one: (telemetry: Telemetry) => void) {
  const telemetry = telemetryOf(settings)
  const each: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage()
    for (let at = 0; at < spansPerRound; at += spansPerTurn) {
      for (let turn = 0; turn < spansPerTurn; turn += 1) one(telemetry)
      await new Promise(setImmediate)
    }
    const { user, system } = process.cpuUsage(before)
    each.push((user + system) / spansPerRound)
  }
  await telemetry.close()
  const median = each.toSorted((one, other) => one - other)[Math.floor(rounds / 2)]?.toFixed(3)
  const lost = Object.entries(telemetry.dropped()).map(
    ([name, count]) => `${name} lost ${count} of ${rounds * spansPerRound}`,
  )
  console.log([what.padEnd(40), `${median} µs`, ...lost].join('  '))
}

const parent = { traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8) }
const node = ({ tracing }: Telemetry): void => tracing?.node(parent, 'price', 'shop.quote').end()
const root = ({ tracing }: Telemetry): void => tracing?.root(request)?.end()
const exporters = (...names: TelemetrySettings['tracing']['exporters']) => ({
  tracing: { exporters: names, sampleRatio: 1 },
})

await cost('nothing but the turns', {}, () => undefined)
await cost('a node, kept for the live page', { keptSpans: 2_000 }, node)
await cost('a root that is not sampled, of 1 %', { tracing: { exporters: ['jsonl'], sampleRatio: 0.01 } }, root)
await cost('a root that is not sampled, of 0 %', { tracing: { exporters: ['jsonl'], sampleRatio: 0 } }, root)
await cost('a node, to otel_otlp', exporters('otel_otlp'), node)
await cost('a node, to jsonl (/dev/null)', exporters('jsonl'), node)
await cost('a node, to a tracer that is not there', exporters('opentracing_bridge'), node)
receiver.kill()
