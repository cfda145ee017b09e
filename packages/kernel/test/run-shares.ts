import {
  type Conversation,
  createEventEmitter,
  type EventEmitter,
  type MillraceEvent,
  type Part,
  type WorkerEndpoint,
} from '@millrace/contracts'
import { linkPairs, peersOf } from '@millrace/placement'
import { createMemoryStateStore, createMemoryTransport, type MemoryTransport } from '@millrace/transport-memory'
import type { Ledger } from '../src/ledger/ledger.js'
import type { Notes } from '../src/ledger/notes.js'
import { embeddingSlot } from '../src/mesh/place.js'
import { preflight } from '../src/preflight/preflight.js'
import { requestOrigins } from '../src/supervised/request-origins.js'
import { type Share, shareRuntime } from '../src/worker/share-runtime.js'
import { turn } from './shop.js'

/** Which nodes run where: group name → node names, and how many workers the group has. */
export type Groups = Readonly<
  Record<string, { readonly nodes: readonly string[]; readonly workers?: number; readonly redeliver?: number }>
>

/** An application split over shares in one process, linked by a carrier in memory. */
export interface Shares {
  readonly app: Share
  readonly workers: ReadonlyMap<string, Share>
  readonly transport: MemoryTransport
  readonly events: MillraceEvent[]
  /** Kills a worker; another takes its slot some turns later. Resolves when that has begun. */
  replace(slot: string, turns: number): Promise<void>
  /** How much is known to more than one share; 0 at rest. */
  remaining(): number
  stop(): Promise<void>
}

/** What shares can be told. */
export interface SharesOptions {
  /** The configuration's `runtime`. @default as it comes */
  readonly runtime?: object | undefined
  /** More of its `platform`. @default nothing */
  readonly platform?: object
  /** Everything else in the configuration. @default nothing */
  readonly settings?: object
  /** @default a carrier in memory that serialises */
  readonly transport?: MemoryTransport
  /** What every share finds of a process before it. @default nothing */
  readonly notes?: Notes
  /** Workers that are not started with the others, but by whoever tests. @default none */
  readonly startedLater?: readonly string[]
  /** What a share records its work in. @default none does */
  readonly ledger?: (slot: string) => Ledger | undefined
}

/** Starts every share: real runner, real links, no processes. */
export async function runShares(
  nodes: readonly Part[],
  groups: Groups,
  {
    runtime = {},
    platform = {},
    settings = {},
    transport = createMemoryTransport({ serialise: true }),
    notes,
    ledger = () => undefined,
    startedLater = [],
  }: SharesOptions = {},
): Promise<Shares> {
  const checked = await preflight({
    nodes,
    embedded: true,
    packages: false,
    config: {
      version: 1,
      scenario: { name: 'shares' },
      ...settings,
      runtime: {
        ...runtime,
        platform: {
          bootstrap: { mode: 'process_supervisor' },
          lifecycle: { graceful_timeout_seconds: 5 },
          execution_ipc: {},
          ...platform,
          process_groups: Object.entries(groups).map(([name, group]) => ({
            name,
            nodes: [...group.nodes],
            workers: group.workers ?? 1,
            redeliver: group.redeliver ?? 0,
            restart: { policy: 'never' },
          })),
        },
      },
    } as never,
  })
  const { plan } = checked
  const emitter: EventEmitter = createEventEmitter()
  const events: MillraceEvent[] = []
  emitter.subscribe((event) => void events.push(event))
  const pairs = linkPairs(plan, requestOrigins(plan, checked.nodes, undefined))
  const share = (slot: string, group: number, incarnation = 1): Share => {
    const kept = ledger(slot)
    return shareRuntime({
      preflight: checked,
      run: 'shares',
      place: { slot, group, incarnation },
      peers: peersOf(pairs, slot),
      transport,
      store: kept?.state ?? createMemoryStateStore(),
      notes: notes ?? kept,
      ledger: kept,
      events: emitter,
      checks: { validate: 'every', freeze: true, serialise: false, maxPayloadBytes: 1_000_000 },
      tracing: undefined,
      telemetry: undefined,
      prometheus: undefined,
      replaceSink: undefined,
      web: undefined,
    })
  }
  const workers = new Map(plan.groups.flatMap(({ slots }, group) => slots.map((slot) => [slot, share(slot, group)])))
  const app = share(embeddingSlot, -1)
  const living = (): readonly Share[] => [...workers.values(), app]
  const endpoints = new Map<string, WorkerEndpoint>()
  let version = 1
  const open = async (...opened: readonly Share[]): Promise<void> => {
    for (const endpoint of await Promise.all(opened.map(({ mesh }) => mesh.listen())))
      endpoints.set(endpoint.slot, endpoint)
    const prepared = Promise.all(opened.map(({ runtime }) => runtime.prepare()))
    announce()
    await prepared
  }
  const announce = (): void => {
    version++
    for (const { connect } of living()) connect({ version, endpoints: [...endpoints.values()], retiring: [] })
  }
  await open(...living())
  const later = startedLater.map((slot) => workers.get(slot))
  for (const one of living()) if (!later.includes(one)) one.runtime.begin()
  const incarnations = new Map<string, number>()
  return {
    app,
    workers,
    transport,
    events,
    async replace(slot, turns) {
      const incarnation = (incarnations.get(slot) ?? 1) + 1
      incarnations.set(slot, incarnation)
      transport.crash(slot)
      workers.get(slot)?.mesh.giveUp()
      workers.delete(slot)
      endpoints.delete(slot)
      announce()
      for (let passed = 0; passed < turns; passed++) await turn()
      const next = share(
        slot,
        plan.groups.findIndex(({ slots }) => slots.includes(slot)),
        incarnation,
      )
      workers.set(slot, next)
      await open(next)
      next.runtime.begin()
    },
    remaining: () => living().reduce((sum, { mesh }) => sum + mesh.remaining(), 0),
    stop: async () => {
      await Promise.all(living().map(({ runtime }) => runtime.drain()))
      await Promise.all(living().map(({ runtime }) => runtime.stop()))
    },
  }
}

/** Begins a conversation by the one interface of an application that takes streams. */
export function converse({ app }: Shares): Conversation {
  const [lines] = app.runtime.ingress.interfaces
  if (lines?.kind !== 'http_stream') throw new RangeError('there is no interface')
  return lines.exchange.converse({ timeoutMs: 10_000 })
}
