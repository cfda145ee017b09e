import type { RuntimeSnapshot, WorkerReport } from '@millrace/kernel/control'
import { printable } from '../printable.js'

/** How many messages a worker has handled in a second, between two snapshots. */
export interface WorkerRate {
  readonly slot: string
  /** Undefined where it cannot be said: there is one snapshot only, or another process is in the slot. */
  readonly handledPerSecond: number | undefined
}

/** What `millrace top --json` prints: a snapshot with the rates since the one before. */
export interface TopSnapshot extends Omit<RuntimeSnapshot, 'workers'> {
  readonly workers: readonly (WorkerReport & WorkerRate)[]
}

/** Adds the rates since an earlier snapshot. */
export function withRates(now: RuntimeSnapshot, before: RuntimeSnapshot | undefined): TopSnapshot {
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1000
  const workers = now.workers.map((worker) => {
    const earlier = before?.workers.find(({ slot }) => slot === worker.slot)
    return { ...worker, handledPerSecond: rate(worker, earlier, seconds) }
  })
  return { ...now, workers }
}

function rate(now: WorkerReport, before: WorkerReport | undefined, seconds: number): number | undefined {
  if (now.vitals === undefined || before?.vitals === undefined || now.pid !== before.pid || seconds <= 0)
    return undefined
  return Math.round((now.vitals.handled - before.vitals.handled) / seconds)
}

type Row = readonly string[]

const heading: Row = [
  'WORKER',
  'GROUP',
  'PHASE',
  'PID',
  'STARTS',
  'RESTARTS',
  'HANDLED/S',
  'QUEUED',
  'IN FLIGHT',
  'REDELIVERED',
  'MEMORY',
  'LOOP DELAY',
]

/** Columns of text; the others are numbers and stand at the right. */
const textColumns = 3

/** A snapshot as a table, with a line end after each line. */
export function topTable(snapshot: TopSnapshot): string {
  const rows = [heading, ...snapshot.workers.map(rowOf)]
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, column) => aligned(cell, column, widths[column] ?? 0)).join('  '))
  return printable(`${[headline(snapshot), '', ...lines.map((line) => line.trimEnd())].join('\n')}\n`)
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

function aligned(cell: string, column: number, width: number): string {
  return column < textColumns ? cell.padEnd(width) : cell.padStart(width)
}
