import {
  type Conversation,
  createEventEmitter,
  type EventEmitter,
  type MillraceEvent,
  type Part,
  type Retiring,
  type Transport,
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
import type { Carrier } from './random-carrier.js'
import { type Deferred, deferred, pass } from './shop.js'

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
  /** Loses the link between two slots. @returns false when there was none */
  cut(one: string, other: string): boolean
  /** Kills a worker; another takes its slot some turns later. Resolves when that has begun. */
  replace(slot: string, turns: number): Promise<void>
  /** Lets another process take the slot of a worker while that works, and ends it when nobody waits for it. Needs a carrier. */
  move(slot: string): Promise<void>
  /** Kills the process that a slot has moved from, as long as somebody waits for it. */
  killMoved(slot: string): void
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
  /** Carries the links of processes in place of `transport`, where two may be in one slot. @default none */
  readonly carrier?: Carrier
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
    carrier,
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
  const recorded = new WeakSet<Share>()
  const share = (slot: string, group: number, incarnation = 1): Share => {
    const kept = ledger(slot)
    const one = shareRuntime({
      preflight: checked,
      run: 'shares',
      place: { slot, group, incarnation },
      peers: peersOf(pairs, slot),
      transport: carrier === undefined ? transport : staysOpen(carrier.of({ slot, incarnation })),
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
    if (kept !== undefined) recorded.add(one)
    return one
  }
  const workers = new Map(plan.groups.flatMap(({ slots }, group) => slots.map((slot) => [slot, share(slot, group)])))
  const app = share(embeddingSlot, -1)
  const leaving = new Map<Share, Retiring>()
  /**
   * Those that were killed: nothing of them is seen any more, and what they do goes on here until they are stopped. Of those that
   * record what they do none can be: what it waits to be kept never is.
   */
  const killed: Share[] = []
  const living = (): readonly Share[] => [...workers.values(), ...leaving.keys(), app]
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
    const table = { version, endpoints: [...endpoints.values()], retiring: [...leaving.values()] }
    for (const { connect } of living()) connect(table)
  }
  await open(...living())
  const later = startedLater.map((slot) => workers.get(slot))
  for (const one of living()) if (!later.includes(one)) one.runtime.begin()
  const incarnations = new Map<string, number>()
  const deaths = new WeakMap<Share, Deferred>()
  const deathOf = (one: Share): Deferred => {
    const death = deaths.get(one) ?? deferred()
    deaths.set(one, death)
    return death
  }
  /** Resolves when nothing that a share has sent to a process is left, or the share has died. */
  const left = (one: Share, retired: Retiring): Promise<void> =>
    Promise.race([one.mesh.left(retired), deathOf(one).promise])
  const kill = (one: Share, process: Retiring): void => {
    if (carrier === undefined) transport.crash(process.slot)
    else carrier.crash(process)
    one.mesh.giveUp()
    if (!recorded.has(one)) killed.push(one)
    deathOf(one).resolve()
  }
  const incarnationOf = (slot: string): number => incarnations.get(slot) ?? 1
  const spawn = async (slot: string): Promise<void> => {
    const incarnation = incarnationOf(slot) + 1
    incarnations.set(slot, incarnation)
    const group = plan.groups.findIndex(({ slots }) => slots.includes(slot))
    const next = share(slot, group, incarnation)
    workers.set(slot, next)
    await open(next)
    next.runtime.begin()
  }
  return {
    app,
    workers,
    transport,
    events,
    cut: (one, other) => (carrier === undefined ? transport.sever(one, other) : carrier.cut(one, other)),
    async replace(slot, turns) {
      const dies = workers.get(slot)
      if (dies !== undefined) kill(dies, { slot, incarnation: incarnationOf(slot) })
      workers.delete(slot)
      endpoints.delete(slot)
      announce()
      await pass(turns)
      await spawn(slot)
    },
    async move(slot) {
      const old = workers.get(slot)
      if (old === undefined) return
      const retired = { slot, incarnation: incarnationOf(slot) }
      leaving.set(old, retired)
      await spawn(slot)
      const others = living().filter((one) => one !== old && one !== workers.get(slot))
      const nobodyWaits = Promise.all([old.runtime.retire(), ...others.map((one) => left(one, retired))])
      await Promise.race([nobodyWaits, deathOf(old).promise])
      if (!leaving.has(old)) return
      void old.runtime.drain()
      old.mesh.vacate()
      await old.runtime.stop()
      leaving.delete(old)
      announce()
    },
    killMoved(slot) {
      const moved = [...leaving].find(([, retired]) => retired.slot === slot)
      if (moved === undefined || endpoints.get(slot)?.incarnation === moved[1].incarnation) return
      kill(...moved)
      leaving.delete(moved[0])
      announce()
    },
    remaining: () => living().reduce((sum, { mesh }) => sum + mesh.remaining(), 0),
    stop: async () => {
      await Promise.all(living().map(({ runtime }) => runtime.drain()))
      await Promise.all([...living(), ...killed].map(({ runtime }) => runtime.stop()))
    },
  }
}

/** Begins a conversation by the one interface of an application that takes streams. */
export function converse({ app }: Shares): Conversation {
  const [lines] = app.runtime.ingress.interfaces
  if (lines?.kind !== 'http_stream') throw new RangeError('there is no interface')
  return lines.exchange.converse({ timeoutMs: 10_000 })
}

/** A transport that others need when this process ends. */
function staysOpen(transport: Transport): Transport {
  return { ...transport, close: async () => undefined }
}
