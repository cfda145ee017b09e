import type { Container } from '@millrace/container'
import {
  type EventEmitter,
  type Injections,
  type Json,
  MillraceError,
  type Plan,
  type Progress,
  type SinkWriter,
  type SourceDefinition,
  type StateStore,
  type Telemetry,
  type Tracing,
  type Transport,
} from '@millrace/contracts'
import { createReplyWaiters, type ReplyWaiters } from '@millrace/reply-waiter'
import type { RoutingService } from '@millrace/routing'
import type { Ledger } from '../ledger/ledger.js'
import type { Notes } from '../ledger/notes.js'
import type { Mesh } from '../mesh/mesh.js'
import type { Place } from '../mesh/place.js'
import { Meters } from '../metrics/meters.js'
import type { PayloadCheckOptions } from '../payload/payload-checks.js'
import type { Preflight } from '../preflight/preflight.js'
import type { Oversight } from '../telemetry/oversight.js'
import { type DeadLetters, openDeadLetters } from './dead-letters.js'
import { Engine } from './engine.js'
import { InFlight } from './in-flight.js'
import { keptOfSink, keptOfSource, noteSource } from './kept-places.js'
import { LowWater } from './low-water.js'
import { nodeLogger } from './node-logger.js'
import { ownSlot } from './own-slot.js'
import { Requests } from './requests.js'
import { Retries } from './retries.js'
import { type OpenSinks, openSinks, type SinkToOpen } from './sinks.js'
import { SourcePump } from './source-pump.js'
import { type NamedPump, Sources } from './sources.js'
import { wallTimeBy } from './wall-time.js'

/** What a runtime is made of. */
export interface RuntimeParts {
  readonly preflight: Preflight
  readonly routing: RoutingService
  readonly checks: PayloadCheckOptions
  readonly container: Container
  readonly transport: Transport
  readonly store: StateStore
  /** What a later process of this slot goes on from; undefined where nothing outlives this one. */
  readonly notes: Notes | undefined
  /** Records what is done here, for a later process of this slot; undefined where nothing outlives this one. */
  readonly ledger: Ledger | undefined
  readonly events: EventEmitter
  /** This process's share of the graph and its links to the others; undefined where everything is here. */
  readonly share: { readonly mesh: Mesh; readonly place: Place } | undefined
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** Wall time in milliseconds since the epoch. */
  readonly now: () => number
  /** The environment that the configuration names variables of. */
  readonly env: NodeJS.ProcessEnv
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  /** That of this process, where it is not another's affair; undefined where there is none. */
  readonly telemetry: Telemetry | undefined
  /** Takes a sink's messages in its place; undefined where every sink is opened. */
  readonly replaceSink: ((sink: string) => SinkWriter<unknown>) | undefined
  /** What looks over the application, where all of it is here; it closes the telemetry too. Undefined where nothing is to be seen. */
  readonly oversight: Oversight | undefined
  /** The metrics of the whole application as Prometheus reads them; undefined where they are not served here. */
  readonly prometheus: (() => Promise<string>) | undefined
  /** The web server that runs here, on a socket of its own or one that is given; undefined for none. */
  readonly web: { readonly socket: unknown } | undefined
}

/** What exists only while work is taken. */
export interface Working {
  readonly engine: Engine
  readonly requests: Requests
  readonly retries: Retries
  readonly waiters: ReplyWaiters
  readonly meters: Meters
  readonly inFlight: InFlight
  readonly sinks: OpenSinks
  readonly sources: Sources
  /** Lets the sources read. */
  startSources(): void
  /** Gives up what is left and closes what was opened; `error` is what that work is told. */
  close(error: MillraceError): Promise<void>
}

/**
 * Opens everything that work needs; services have been started. Nothing runs yet.
 *
 * @throws MillraceError BOOT_START_FAILED; what was opened is closed again
 */
export async function openWorking(parts: RuntimeParts): Promise<Working> {
  const { preflight, events, now } = parts
  const writing = new AbortController()
  const slot = parts.share?.place.slot ?? ownSlot(preflight.plan)
  const deadLetters = await openDeadLetters({ preflight, slot, now, env: parts.env, events })
  const sinks = await openSinks(sinksToOpen(parts, writing.signal), events).catch(async (thrown: unknown) => {
    await deadLetters?.close()
    throw thrown
  })
  try {
    return workingWith(parts, { deadLetters, sinks, writing })
  } catch (thrown) {
    await sinks.close()
    await deadLetters?.close()
    throw thrown
  }
}

/** Makes what work needs around what is open. */
function workingWith(parts: RuntimeParts, { deadLetters, sinks, writing }: Opened): Working {
  const { preflight, events, clock, tracing } = parts
  parts.ledger?.commits.contribute(() => {
    // What is kept as done here must not be before its letter is.
    const letters = deadLetters?.settled
    return letters === undefined ? [] : [letters.then(() => [])]
  })
  const waiters = createReplyWaiters({ clock, events })
  const engine: Engine = new Engine({
    ...engineParts(parts),
    writers: sinks.writers,
    journal: parts.ledger?.journal,
    checkpoints: parts.ledger && sinks.checkpoints,
    request: (caller, type, payload, options) => requests.request(type, payload, options, caller),
    deadLetter: (node, error, message) => deadLetters?.write(node, error, message),
  })
  if (parts.share !== undefined) engine.runner.loop.hold()
  const { max_in_flight: maxRoots, max_in_flight_bytes: maxBytes } = preflight.config.runtime
  const inFlight = new InFlight({ maxRoots, maxBytes }, (work) => engine.runner.loop.push(work))
  const mesh = parts.share?.mesh
  const meters = new Meters()
  const requests = new Requests({ engine, waiters, inFlight, events, mesh, clock, meters, tracing })
  if (mesh !== undefined) {
    mesh.lateReply = () => requests.late()
    mesh.attach(engine)
  }
  const drop = (id: string) => deadLetters?.drop(id)
  const retries = new Retries({ engine, types: preflight.types, inFlight, events, meters, tracing, clock, drop })
  const sources = new Sources(events, meters)
  return {
    engine,
    requests,
    retries,
    waiters,
    meters,
    inFlight,
    sinks,
    sources,
    startSources: () => sources.start(pumps(parts, engine, inFlight, sources)),
    close: (error) => closeWorking({ inFlight, retries, waiters, sinks, sources, deadLetters, writing }, error),
  }
}

/** What was opened, and has to be closed. */
interface Opened {
  readonly sinks: OpenSinks
  readonly deadLetters: DeadLetters | undefined
  readonly writing: AbortController
}

interface ToClose extends Opened {
  readonly inFlight: InFlight
  readonly retries: Retries
  readonly waiters: ReplyWaiters
  readonly sources: Sources
}

async function closeWorking(
  { inFlight, retries, waiters, sinks, sources, deadLetters, writing }: ToClose,
  error: MillraceError,
): Promise<void> {
  for (const root of inFlight.roots()) root.fail(error)
  retries.close(error)
  sources.giveUp()
  waiters.close(error)
  writing.abort(error)
  await sinks.close()
  await deadLetters?.close()
}

function engineParts({
  preflight,
  routing,
  checks,
  transport,
  store,
  events,
  clock,
  now,
  container,
  share,
  tracing,
}: RuntimeParts) {
  const { graph, nodes, types, plan, config } = preflight
  return {
    graph,
    nodes,
    types,
    routing,
    checks,
    transport,
    store,
    events,
    clock,
    tracing,
    share: share && {
      mesh: share.mesh,
      group: share.place.group,
      groupOf: plan.groupOf,
      groupNames: plan.groups.map(({ name }) => name),
    },
    services: (node: number) => injected(container, nodes[node]?.inject ?? {}),
    config: (node: number) => preflight.slices[nodes[node]?.name ?? ''],
    wallTime: wallTimeBy(now, clock),
    lasts: config.runtime.platform.kv.backend === 'redis',
    mayRepeat: share && ((of: readonly number[]) => of.some((node) => isSentAgain(plan, node))),
  }
}

/** Whether what was lost on its way to a node is sent again. */
function isSentAgain({ groups, groupOf }: Plan, node: number): boolean {
  return (groups[groupOf[node] ?? -1]?.redeliver ?? 0) > 0
}

function sinksToOpen(
  { preflight, container, events, replaceSink, share, notes }: RuntimeParts,
  signal: AbortSignal,
): readonly SinkToOpen[] {
  return preflight.nodes.flatMap((definition, node) => {
    if (definition.kind !== 'sink' || !isHere(preflight, share, node)) return []
    const { name, inject } = definition
    const log = nodeLogger(events, name, () => undefined)
    const resume = keptOfSink(notes, name)
    const context = { config: preflight.slices[name], signal, log, resume, ...injected(container, inject) }
    const open = async () => {
      const writer = await (replaceSink?.(name) ?? definition.open(context as never)) // the context is made for this sink
      if ((share?.place.incarnation ?? 1) > 1 && writer.checkpoint === undefined) throw cannotGoOn(name)
      return writer
    }
    return [{ node, name, open }]
  })
}

function cannotGoOn(name: string): MillraceError {
  return new MillraceError(
    'STATE_WOULD_BE_LOST',
    `sink '${name}' does not say where it stands, so that a new worker cannot go on where the one before it ended; give its writer a checkpoint(), or its group restart.policy: never`,
    { facts: { node: name } },
  )
}

function pumps(parts: RuntimeParts, engine: Engine, inFlight: InFlight, sources: Sources): readonly NamedPump[] {
  return parts.preflight.nodes.flatMap((definition, node) =>
    definition.kind === 'source' && isHere(parts.preflight, parts.share, node)
      ? [namedPump(parts, { definition, node, engine, inFlight, sources })]
      : [],
  )
}

function isHere({ plan }: Preflight, share: RuntimeParts['share'], node: number): boolean {
  return share === undefined || plan.groupOf[node] === share.place.group
}

interface PumpPlace {
  readonly definition: SourceDefinition
  readonly node: number
  readonly engine: Engine
  readonly inFlight: InFlight
  readonly sources: Sources
}

function namedPump(
  { preflight, container, events, share, tracing, notes }: RuntimeParts,
  { definition, node, engine, inFlight, sources }: PumpPlace,
): NamedPump {
  const { name, inject } = definition
  const kept = keptOfSource(notes, name)
  const lowWater = notes === undefined ? undefined : new LowWater((place) => noteSource(notes, name, place))
  const context = {
    config: preflight.slices[name],
    signal: sources.signal,
    log: nodeLogger(events, name, () => undefined),
    progress: (progress: Progress) => events.emit('source.progress', { source: name, ...progress }),
    mark: lowWater && ((place: Json) => lowWater.mark(place)),
    resume: kept?.mark,
    ...injected(container, inject),
  }
  const pump = new SourcePump({
    definition,
    read: () => definition.read(context as never), // the context is made for this source
    routes: engine.routes(node).map((route) => ({ route, check: engine.entryCheck(route.type) })),
    runner: engine.runner,
    inFlight,
    tracing,
    lowWater,
    from: kept?.seq ?? 0,
    ordered: preflight.config.runtime.ordering.sink_mode === 'source_seq',
    domain: {
      opened: (domain) => share?.mesh.openDomain(domain, { kind: 'source', node }),
      closed: (domain) => share?.mesh.closeDomain(domain),
    },
    unclaimed: (type) => engine.unclaimed(type),
    failed: (error, root) => sources.failed(error, root?.traceId),
    ended: (error) => sources.sourceEnded(named, error),
  })
  const named = { name, pump }
  return named
}

function injected(container: Container, inject: Injections): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(inject).map(([name, token]) => [name, container.get(token)]))
}
