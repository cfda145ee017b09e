import type { RuntimeWatch, WorkerReport } from '@millrace/kernel/control'
import { printable } from '../printable.js'
import { type Row, table } from '../table.js'
import { type HopTraffic, type Traffic, trafficOf } from './traffic.js'

/** How many messages a worker has handled in a second, between two snapshots. */
export interface WorkerRate {
  readonly slot: string
  /** Undefined where it cannot be said: there is one snapshot only, or another process is in the slot. */
  readonly handledPerSecond: number | undefined
}

/** What `millrace top --json` prints: a snapshot with the rates since the one before. */
export interface TopSnapshot extends Omit<RuntimeWatch, 'workers' | 'metrics'>, Traffic {
  readonly workers: readonly (WorkerReport & WorkerRate)[]
}

/** Adds the rates since an earlier snapshot. */
export function withRates({ metrics, ...now }: RuntimeWatch, before: RuntimeWatch | undefined): TopSnapshot {
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1000
  const workers = now.workers.map((worker) => {
    const earlier = before?.workers.find(({ slot }) => slot === worker.slot)
    return { ...worker, handledPerSecond: rate(worker, earlier, seconds) }
  })
  return { ...now, workers, ...trafficOf(metrics, before?.metrics ?? [], seconds) }
}

function rate(now: WorkerReport, before: WorkerReport | undefined, seconds: number): number | undefined {
  if (now.vitals === undefined || before?.vitals === undefined || now.pid !== before.pid || seconds <= 0)
    return undefined
  return Math.round((now.vitals.handled - before.vitals.handled) / seconds)
}

const heading: Row = [
  'WORKER',
  'GROUP',
  'PHASE',
  'PID',
  'STARTS',
  'RESTARTS',
  'HANDLED/S',
  'QUEUED',
  'LAG',
  'IN FLIGHT',
  'REDELIVERED',
  'MEMORY',
  'LOOP DELAY',
]

const hopHeading: Row = ['TO GROUP', 'MESSAGES/S', 'P50', 'P99']

/** Columns of text; the others are numbers and stand at the right. */
const [textColumns, hopTextColumns] = [3, 1]

/** A snapshot as a table, with a line end after each line. */
export function topTable(snapshot: TopSnapshot): string {
  const { workers, hops } = snapshot
  const lines = [
    headline(snapshot),
    '',
    ...table([heading, ...workers.map(rowOf)], textColumns),
    ...(hops.length === 0 ? [] : ['', ...table([hopHeading, ...hops.map(hopRow)], hopTextColumns)]),
    ...refusalLines(snapshot),
  ]
  return printable(`${lines.join('\n')}\n`)
}

function hopRow({ to, perSecond, p50Ms, p99Ms }: HopTraffic): Row {
  const time = (ms: number | undefined): string => (ms === undefined ? unknown : `${ms} ms`)
  return [to, perSecond.toLocaleString('en-GB'), time(p50Ms), time(p99Ms)]
}

function refusalLines({ refusals }: TopSnapshot): readonly string[] {
  const counted = Object.entries(refusals).map(([code, count]) => `${code} ${count.toLocaleString('en-GB')}`)
  return counted.length === 0 ? [] : ['', `refused since the start: ${counted.join(', ')}`]
}

function headline({ scenario, pid, phase, own, at }: TopSnapshot): string {
  const supervisor = own === undefined ? [] : [`${own.inFlight} requests in flight`, `${megabytes(own.rssBytes)} here`]
  return [`${scenario} (pid ${pid})`, phase, ...supervisor, new Date(at).toISOString()].join('   ')
}

function rowOf({
  slot,
  group,
  phase,
  pid,
  incarnation,
  restarts,
  vitals,
  handledPerSecond,
}: TopSnapshot['workers'][number]): Row {
  return [
    slot,
    group,
    phase,
    shown(pid),
    String(incarnation),
    String(restarts),
    shown(handledPerSecond?.toLocaleString('en-GB')),
    shown(vitals?.queued),
    vitals === undefined ? unknown : `${Math.round(vitals.lagMs)} ms`,
    shown(vitals?.inFlight),
    shown(vitals?.redelivered),
    vitals === undefined ? unknown : megabytes(vitals.rssBytes),
    vitals === undefined ? unknown : `${vitals.loopDelayMs} ms`,
  ]
}

const unknown = '-'

function shown(value: string | number | undefined): string {
  return value === undefined ? unknown : String(value)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
