import {
  createEventEmitter,
  type EventEmitter,
  type EventLevel,
  MillraceError,
  type Retiring,
  type SinkWriter,
  type Telemetry,
  type WorkerApplication,
  type WorkerBundle,
  type WorkerVoice,
} from '@millrace/contracts'
import { createMemoryStateStore } from '@millrace/transport-memory'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import type { SampleReport } from '../metrics/collector.js'
import { rebuild } from '../preflight/preflight.js'
import type { InlineRuntime } from '../runtime/inline-runtime.js'
import type { RetryOptions } from '../runtime/retry.js'
import type { RetryAnswer } from '../supervised/worker-answers.js'
import { openTelemetry } from '../telemetry/open-telemetry.js'
import { isCounted, logsAll, records, servesMetrics } from '../telemetry/telemetry-settings.js'
import { errorAnswer } from './error-answer.js'
import { MetricsPage } from './metrics-page.js'
import { openLedger } from './open-ledger.js'
import { openTransport } from './open-transport.js'
import { SampleReports } from './sample-reports.js'
import { type Share, shareRuntime } from './share-runtime.js'
import { sinkNote } from './sink-note.js'
import { workerMetadata } from './worker-metadata.js'

/**
 * Rebuilds a worker's share of an application from its bundle alone, and opens its slot for its peers.
 *
 * @throws MillraceError BOOT_BUNDLE_INVALID, BOOT_PLAN_MISMATCH when its modules make another plan than the supervisor's,
 * CONFIG_UNREADABLE, SEC_BIND_REFUSED
 */
export async function loadWorker(bundle: WorkerBundle, voice: WorkerVoice): Promise<WorkerApplication> {
  const metadata = workerMetadata(bundle.metadata)
  const { slot, incarnation, run } = bundle
  const preflight = await rebuild(metadata)
  const { plan, config } = preflight
  if (plan.hash !== metadata.planHash) throw otherPlan(slot)
  const events = workerEvents(voice, logsAll(config) ? 'debug' : 'info')
  const keys = new Map(bundle.keys.map(({ peer, key }) => [peer, key]))
  const transport = await openTransport(config, {
    run,
    incarnation,
    events,
    planHash: plan.hash,
    keyOf: (_local, peer) => keys.get(peer),
  })
  const group = plan.groups[metadata.group]?.name ?? ''
  const owner = { scenario: config.scenario.name, group, slot, incarnation, run }
  const telemetry = records(config) ? await openTelemetry(preflight, owner, events, undefined) : undefined
  const page = new MetricsPage(voice)
  const place = { slot, group: metadata.group, incarnation }
  const ledger = await openLedger(preflight, { place, run, resumes: metadata.resume, events })
  const { runtime, mesh, connect } = shareRuntime({
    preflight,
    transport,
    events,
    run,
    place,
    peers: metadata.peers,
    store: ledger?.state ?? createMemoryStateStore(),
    notes: ledger,
    ledger,
    checks: metadata.checks,
    tracing: telemetry?.tracing,
    telemetry,
    prometheus: servesMetrics(config) ? () => page.ask() : undefined,
    web: metadata.servesWeb ? { socket: bundle.socket } : undefined,
    replaceSink: metadata.recordSinks ? (sink) => recorder(voice, sink) : undefined,
  })
  const report = (): SampleReport => ({ incarnation, samples: runtime.samples() })
  const reports = new SampleReports(voice, report)
  if (bundle.beside) await runtime.open()
  const readsSources = preflight.nodes.some(
    ({ kind }, node) => kind === 'source' && plan.groupOf[node] === metadata.group,
  )
  return {
    endpoint: await mesh.listen(),
    connect,
    ready: () => runtime.prepare(),
    waitsFor: () => mesh.missing().map((peer) => `link to ${peer}`),
    start() {
      runtime.begin()
      if (isCounted(config)) reports.start()
      if (readsSources) void tellOfSources(runtime, voice)
    },
    async drain() {
      const inTime = await runtime.drain()
      telemetry?.ending() // all workers drain at once, and stop one after the other
      return inTime
    },
    retire: () => runtime.retire(),
    vacate() {
      void runtime.drain().catch(() => undefined) // streams get their last word; a start that ends says so itself
      mesh.vacate()
    },
    stop() {
      reports.stop()
      mesh.abandonSlots() // everybody is being stopped: nobody is replaced any more
      return runtime.stop()
    },
    answer: (question, facts) => answer({ runtime, mesh, report, telemetry, page }, question, facts),
  }
}

/** Says once how the sources that read here have ended. */
async function tellOfSources(runtime: InlineRuntime, voice: WorkerVoice): Promise<void> {
  try {
    voice.tell('sources.ended', { roots: await runtime.sourcesEnded() })
  } catch (thrown) {
    voice.tell('sources.failed', errorAnswer(thrown))
  }
}

/** Whoever knows the answers. */
interface Answering extends Pick<Share, 'runtime' | 'mesh'> {
  readonly telemetry: Telemetry | undefined
  readonly page: MetricsPage
  readonly report: () => SampleReport
}

async function answer(
  { runtime, mesh, report, telemetry, page }: Answering,
  question: string,
  facts: unknown,
): Promise<unknown> {
  if (question === 'left') return mesh.left(facts as Retiring) // what the supervising process asks
  if (question === 'vitals') return runtime.vitals()
  if (question === 'samples') return report()
  if (question === 'spans') return telemetry?.spansOf(String(facts)) ?? []
  if (question === 'metrics page') return page.answered(facts)
  if (question === 'retry') return await retried(runtime, facts as RetryQuestion) // as above
  if (question === 'complete') return { reports: await runtime.completeSinks(), counters: runtime.counters() }
  throw new MillraceError('BOOT_BUNDLE_INVALID', `a worker was asked '${question}', which it does not know`)
}

/** A dead letter to be sent again, and how long that may take. */
type RetryQuestion = { readonly letter: DeadLetter } & Required<RetryOptions>

async function retried(runtime: InlineRuntime, { letter, timeoutMs }: RetryQuestion): Promise<RetryAnswer> {
  const end = await runtime.retry(letter, { timeoutMs })
  return { letter: end.letter ?? null }
}

/** Events worth telling: lines that somebody may read, and how far a source has come. */
function workerEvents(voice: WorkerVoice, least: EventLevel): EventEmitter {
  const events = createEventEmitter()
  events.subscribe(({ name, level, facts }) => voice.event(name, level, facts), least)
  return {
    ...events,
    emit(name, facts, level) {
      if (name === 'source.progress' && least !== 'debug') voice.event(name, 'debug', facts ?? {})
      else events.emit(name, facts, level)
    },
  }
}

function recorder(voice: WorkerVoice, sink: string): SinkWriter<unknown> {
  return {
    write(payload, { type, traceId }) {
      voice.tell('sink.wrote', sinkNote(sink, { type, traceId }, payload))
    },
  }
}

function otherPlan(slot: string): MillraceError {
  return new MillraceError(
    'BOOT_PLAN_MISMATCH',
    `worker ${slot} finds another graph than its supervisor did; discovery modules must export the same definitions in every process`,
    { facts: { worker: slot } },
  )
}
