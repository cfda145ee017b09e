import { randomBytes } from 'node:crypto'
import {
  createEventEmitter,
  type EndpointTable,
  type EventEmitter,
  type LinkKey,
  type MillraceError,
  type MillraceEvent,
  type RestartSettings,
  type Supervisor,
  type WorkerBundle,
  type WorkerSettings,
} from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createSupervisor, type SupervisorOptions, type SupervisorParts } from '../src/index.js'

/** A worker of a test: its slot, what it does, and what differs from ordinary settings. */
export interface TestWorker extends Partial<Omit<WorkerSettings, 'restart'>> {
  readonly slot: string
  /** A file of fixtures. @default works */
  readonly does?: string
  readonly restart?: Partial<RestartSettings>
}

/** What may be other than usual. */
export interface TestChanges {
  readonly options?: Partial<SupervisorOptions>
  readonly parts?: Omit<Partial<SupervisorParts>, 'listener'>
  /** Changes the bundle of each worker. */
  readonly bundle?: (usual: WorkerBundle) => WorkerBundle
}

/** A supervisor with what its listener and its observers have heard. */
export interface TestSupervisor {
  readonly supervisor: Supervisor
  readonly events: MillraceEvent[]
  readonly subscribe: EventEmitter['subscribe']
  readonly tables: EndpointTable[]
  readonly told: unknown[]
  readonly failures: MillraceError[]
  readonly keys: LinkKey[]
  /** Events of workers as `name slot`. */
  log(): readonly string[]
  /** Resolves with the first event that fits, also one that was before. */
  event(name: string, worker: string, times?: number): Promise<MillraceEvent>
  /** Resolves with the failure of supervision. */
  failure(): Promise<MillraceError>
}

/** As long as a test may take on a busy machine; what is waited for wakes the test. */
const waitMs = 50_000

/** How long the workers of tests may take to become ready, where a test says nothing else. */
export const testStartTimeoutMs = 50_000

const noRestart: RestartSettings = {
  policy: 'never',
  maxRestarts: 3,
  periodMs: 60_000,
  backoffMs: 5,
  backoffMaxMs: 50,
}

/** What Node is told so that workers run from source. */
export const fromSource: readonly string[] = ['--disable-warning=ExperimentalWarning', ...sourceFlags]

/** Makes a supervisor of fixtures. */
export function supervise(
  workers: readonly TestWorker[],
  { options, parts, bundle = (usual) => usual }: TestChanges = {},
): TestSupervisor {
  const events = createEventEmitter()
  const heard: MillraceEvent[] = []
  const waiting = new Set<() => void>()
  const [tables, told, failures]: [EndpointTable[], unknown[], MillraceError[]] = [[], [], []]
  const keys: LinkKey[] = [{ peer: '@app#1', key: randomBytes(32) }]
  const wake = (): void => {
    for (const check of waiting) check()
  }
  events.subscribe((event) => {
    heard.push(event)
    wake()
  })

  function until<Value>(what: string, find: () => Value | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(check)
        reject(new Error(`waited in vain for ${what}; heard: ${log().join(', ')}`))
      }, waitMs)
      function check(): void {
        const value = find()
        if (value === undefined) return
        clearTimeout(timer)
        waiting.delete(check)
        resolve(value)
      }
      waiting.add(check)
      check()
    })
  }

  function log(): readonly string[] {
    return heard.filter(({ name }) => name.startsWith('worker.')).map(({ name, facts }) => `${name} ${facts.worker}`)
  }

  const supervisor = createSupervisor(
    {
      events,
      listener: {
        bundleOf: (slot, incarnation, beside) =>
          bundle({
            slot,
            group: groupOf(slot),
            incarnation,
            run: 'ab'.repeat(16),
            keys,
            beside,
            metadata: { does: workers.find((worker) => worker.slot === slot)?.does ?? 'works' },
          }),
        ready: async () => void told.push('all are ready'),
        moved: async ({ slot, incarnation }) => void told.push(`nobody waits for ${slot}:${incarnation}`),
        endpoints: (table) => void tables.push(table),
        told: (slot, subject, facts) => void told.push([slot, subject, facts]),
        failed(error) {
          failures.push(error)
          wake()
        },
      },
      ...parts,
    },
    {
      workers: workers.map(settingsOf),
      strategy: 'one_for_one',
      module: new URL('./fixtures/worker.ts', import.meta.url).href,
      execArgv: fromSource,
      gracefulMs: 5_000,
      ...options,
    },
  )
  return {
    supervisor,
    events: heard,
    subscribe: events.subscribe,
    tables,
    told,
    failures,
    keys,
    log,
    event: (name, worker, times = 1) =>
      until(`${times} × ${name} of ${worker}`, () => {
        const found = heard.filter((event) => event.name === name && event.facts.worker === worker)
        return found[times - 1]
      }),
    failure: () => until('the failure of supervision', () => failures[0]),
  }
}

function groupOf(slot: string): string {
  return slot.split('#')[0] ?? slot
}

function settingsOf({ does: _does, restart, ...given }: TestWorker): WorkerSettings {
  return {
    group: groupOf(given.slot),
    startTimeoutMs: testStartTimeoutMs,
    stopTimeoutMs: 10_000,
    heartbeatMs: 1_000,
    stallTimeoutMs: 20_000,
    maxMemoryMb: undefined,
    whyNotReplaced: undefined,
    ...given,
    restart: { ...noRestart, ...restart },
  }
}
