import { performance } from 'node:perf_hooks' // the global is looked up at each call
import { createContainer } from '@millrace/container'
import {
  authenticateToken,
  type EndpointTable,
  type EventEmitter,
  type SinkWriter,
  type SlotId,
  type StateStore,
  type Tracing,
  type Transport,
} from '@millrace/contracts'
import { createRoutingService } from '@millrace/routing'
import type { Ledger } from '../ledger/ledger.js'
import type { Notes } from '../ledger/notes.js'
import { Mesh } from '../mesh/mesh.js'
import type { Place } from '../mesh/place.js'
import type { PayloadCheckOptions } from '../payload/payload-checks.js'
import type { Preflight } from '../preflight/preflight.js'
import { InlineRuntime } from '../runtime/inline-runtime.js'
import type { RuntimeParts } from '../runtime/working.js'
import { transportToken } from '../transport-token.js'
import { neededServices } from './needed-services.js'
import { quietLifecycle } from './quiet-lifecycle.js'

/** What one process's share of an application is made of. */
export interface ShareParts {
  readonly preflight: Preflight
  readonly place: Place
  /** Names the run, 32 hex digits. */
  readonly run: string
  readonly peers: readonly SlotId[]
  readonly transport: Transport
  readonly store: StateStore
  /** What a later process of this slot goes on from; undefined where nothing outlives this one. */
  readonly notes: Notes | undefined
  /** What this process leaves to a later one of its slot; undefined where it leaves nothing. */
  readonly ledger: Ledger | undefined
  readonly events: EventEmitter
  readonly checks: PayloadCheckOptions
  readonly replaceSink: ((sink: string) => SinkWriter<unknown>) | undefined
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  readonly telemetry: RuntimeParts['telemetry']
  readonly prometheus: RuntimeParts['prometheus']
  /** The web server that runs here; undefined for none. */
  readonly web: RuntimeParts['web']
}

/** One process's share of an application, and its links to the others. */
export interface Share {
  readonly runtime: InlineRuntime
  readonly mesh: Mesh
  /** Learns where the other processes are now: links follow, and routes are looked up again. */
  connect(table: EndpointTable): void
}

/** Makes the runtime of one process of several. Nothing is started. */
export function shareRuntime({
  preflight,
  place,
  run,
  peers,
  transport: carrier,
  store,
  notes,
  ledger,
  events,
  checks,
  replaceSink,
  tracing,
  telemetry,
  prometheus,
  web,
}: ShareParts): Share {
  const { plan, graph, config, nodes } = preflight
  const maxInFlight = config.runtime.max_in_flight
  const local = nodes.filter((_, node) => plan.groupOf[node] === place.group)
  // What embeds the application, or serves its web, may ask who a request is from.
  const asks = web !== undefined || place.group < 0 ? [{ inject: { authenticate: authenticateToken } }] : []
  const container = createContainer(neededServices(preflight.services, [...local, ...asks]), {
    events,
    boundLater: [transportToken],
  })
  container.bind(transportToken, carrier)
  const transport = container.get(transportToken)
  const clock = (): number => performance.now()
  const mesh = new Mesh({
    plan,
    place,
    run,
    peers,
    transport,
    events,
    maxInFlight,
    tracing,
    clock,
    ledger,
  })
  const routing = createRoutingService({
    graph,
    groupOf: plan.groupOf,
    hops: plan.hops,
    here: place.group,
    cache: config.runtime.platform.routing_cache,
    events,
  })
  const runtime = new InlineRuntime({
    preflight,
    container,
    store,
    notes,
    ledger,
    checks,
    replaceSink,
    web,
    transport,
    routing,
    events: quietLifecycle(events),
    share: { mesh, place },
    tracing,
    oversight: undefined,
    telemetry,
    prometheus,
    clock,
    now: Date.now,
    env: { ...process.env },
  })
  return {
    runtime,
    mesh,
    connect(table) {
      routing.invalidate(table.version)
      mesh.connect(table)
    },
  }
}
