import { performance } from 'node:perf_hooks' // the global is looked up at each call
import { createContainer } from '@millrace/container'
import {
  checkOptions,
  createEventEmitter,
  type EventEmitter,
  type HandlerContext,
  type OptionNames,
  type SinkWriter,
  type StateStore,
  type Token,
  type Transport,
} from '@millrace/contracts'
import { createRoutingService } from '@millrace/routing'
import { createMemoryStateStore, createMemoryTransport } from '@millrace/transport-memory'
import { maxPayloadBytes } from './payload/max-payload-bytes.js'
import type { PayloadCheckOptions } from './payload/payload-checks.js'
import { type ApplicationOptions, type ConfigSource, type Preflight, preflight } from './preflight/preflight.js'
import { randomHex } from './runner/random-hex.js'
import { InlineRuntime } from './runtime/inline-runtime.js'
import { ownSlot } from './runtime/own-slot.js'
import type { Runtime } from './runtime/runtime.js'
import { type OwnerOfState, stateOfOne } from './runtime/state-of-one.js'
import { createSupervised, refuseLocalParts } from './supervised/create-supervised.js'
import { consoleSource } from './telemetry/console-source.js'
import { Oversight } from './telemetry/oversight.js'
import { servesMetrics } from './telemetry/telemetry-settings.js'
import { transportToken } from './transport-token.js'
import type { SinkNote } from './worker/sink-note.js'

/** How closely payloads are looked at on their way through the graph. */
export interface CheckOptions {
  /** Where payloads are validated: only where they enter, or at every emission too. @default every, in production entry */
  readonly validate?: 'entry' | 'every'
  /** Whether payloads are frozen, so that a handler that changes its input fails. @default true, in production false */
  readonly freeze?: boolean
  /** Whether payloads are copied through JSON at every emission, as a hop between processes would. @default false */
  readonly serialise?: boolean
}

/** What a runtime is made of. */
export interface RuntimeOptions extends ApplicationOptions {
  /** Values for tokens that no service provides, such as a connection that already exists. Whoever made them closes them. */
  readonly values?: readonly TokenBinding[]
  /** @default strict in development and tests, at entry in production (`NODE_ENV`) */
  readonly checks?: CheckOptions
  /** Where events go. @default an emitter of its own */
  readonly events?: EventEmitter
  /** Takes a sink's messages in its place, as `parity` does: the sink itself is not opened. @default every sink is opened */
  readonly replaceSink?: (sink: string) => SinkWriter<unknown>
  /** Whether requests may enter by `request` and `stream`: then a type that nothing emits is no mistake. @default true */
  readonly embedded?: boolean
  /** Whether worker processes are used where the configuration has them; if not, all runs in this one. @default true */
  readonly processes?: boolean
  /**
   * Whether the web server of the configuration is started; false where its interfaces are added to a server of your own.
   *
   * @default true
   */
  readonly web?: boolean
  /**
   * Whether a run that was interrupted is gone on with, where state outlives its processes: sources go on where they had come to,
   * and sinks where they stood. If not, an application with sources begins anew.
   *
   * @default false
   */
  readonly resume?: boolean
  /**
   * Flags of Node for worker processes, such as `['--import', 'tsx']`. @default those of this process that concern modules
   */
  readonly workerFlags?: readonly string[]
}

/** A token and the value that it stands for. */
export interface TokenBinding {
  readonly token: Token
  readonly value: unknown
}

/**
 * Makes a runtime of a configuration, of definitions, or of both. Everything is checked; nothing is started.
 *
 * @param application configuration files by name (overlays after the base), the configuration itself, or the options
 * @throws MillraceError CONFIG_UNREADABLE, CONFIG_INVALID, PACKAGE_MISSING, DI_*, GRAPH_*, PLACEMENT_*, STATE_WOULD_BE_LOST,
 * with every finding of the preflight
 */
export async function createRuntime(application: ConfigSource | RuntimeOptions): Promise<Runtime> {
  const options = runtimeOptions(application)
  const values = options.values ?? []
  const events = options.events ?? createEventEmitter()
  const embedded = options.embedded ?? true
  const checked = await preflight({ ...options, embedded, bound: values.map(({ token }) => token) })
  const checks = payloadChecks(options.checks ?? {}, checked)
  if (options.processes !== false && checked.config.runtime.platform.bootstrap.mode === 'process_supervisor') {
    refuseLocalParts({ nodes: options.nodes?.length ?? 0, values: values.length })
    const sinkWrote = options.replaceSink === undefined ? undefined : sinkWriters(checked, options.replaceSink)
    const web = options.web ?? true
    return createSupervised({
      preflight: checked,
      embedded,
      events,
      checks,
      execArgv: options.workerFlags,
      sinkWrote,
      web,
      resume: options.resume ?? false,
    })
  }
  const container = createContainer(checked.services, { events, boundLater: [transportToken] })
  container.bind(transportToken, createMemoryTransport())
  for (const { token, value } of values) container.bind(token, value)
  const owner = {
    scenario: checked.config.scenario.name,
    group: checked.plan.groups[0]?.name ?? '',
    slot: ownSlot(checked.plan),
    incarnation: 1,
    run: randomHex(16),
  }
  const oversight = await Oversight.open(checked, owner, events, () => consoleSource(runtime, events))
  const runtime: InlineRuntime = new InlineRuntime({
    preflight: checked,
    routing: routingOf(checked, events),
    container,
    transport: container.get<Transport>(transportToken),
    store: stateStore(checked, { slot: owner.slot, run: owner.run, events }),
    notes: undefined,
    ledger: undefined,
    events,
    checks,
    clock: () => performance.now(),
    now: () => Date.now(),
    env: { ...process.env },
    share: undefined,
    replaceSink: options.replaceSink,
    oversight,
    tracing: oversight?.telemetry.tracing,
    telemetry: oversight?.telemetry,
    prometheus: oversight !== undefined && servesMetrics(checked.config) ? () => oversight.prometheus() : undefined,
    web: servesWeb(checked, options) ? { socket: undefined } : undefined,
  })
  return runtime
}

function stateStore(checked: Preflight, owner: OwnerOfState): StateStore {
  const isInRedis = checked.config.runtime.platform.kv.backend === 'redis'
  return isInRedis ? stateOfOne(checked, owner) : createMemoryStateStore()
}

function servesWeb({ config }: Preflight, { web = true }: RuntimeOptions): boolean {
  return web && config.runtime.web.interfaces.length > 0
}

/** @throws TypeError for what is neither */
function runtimeOptions(application: ConfigSource | RuntimeOptions): RuntimeOptions {
  if (typeof application === 'string' || Array.isArray(application)) return { config: application }
  if (typeof application !== 'object' || application === null)
    throw new TypeError(
      'createRuntime needs the name of a configuration file, several of them, a configuration, or options',
    )
  if ('version' in application) return { config: application as ConfigSource } // told from the options by what only a configuration has
  checkOptionNames(application)
  return application as RuntimeOptions // the other member of the union
}

const optionNames: OptionNames<RuntimeOptions> = {
  config: true,
  overlay: true,
  nodes: true,
  values: true,
  checks: true,
  events: true,
  replaceSink: true,
  embedded: true,
  processes: true,
  web: true,
  resume: true,
  workerFlags: true,
}

/** Refuses an option that there is not: mistyped, the runtime would do nothing, and say nothing. */
function checkOptionNames(given: object): void {
  const ofConfig = ['scenario', 'runtime'].find((name) => name in given)
  if (ofConfig !== undefined)
    throw new TypeError(`createRuntime has no option '${ofConfig}'; a configuration has version: 1 beside it`)
  checkOptions('createRuntime', given, optionNames)
}

/** Hands what workers would have written to the writers that replace their sinks. */
function sinkWriters({ nodes }: Preflight, replaceSink: (sink: string) => SinkWriter<unknown>) {
  const writers = new Map(
    nodes.flatMap(({ kind, name }) => (kind === 'sink' ? [[name, replaceSink(name)] as const] : [])),
  )
  return ({ sink, type, traceId }: SinkNote, payload: unknown): void => {
    void writers.get(sink)?.write(payload, { type, traceId } as HandlerContext) // a writer that stands in for a sink reads no more of it
  }
}

function routingOf({ graph, config }: Preflight, events: EventEmitter) {
  return createRoutingService({ graph, cache: config.runtime.platform.routing_cache, events })
}

function payloadChecks(given: CheckOptions, { config }: Preflight): PayloadCheckOptions {
  const strict = process.env.NODE_ENV !== 'production'
  return {
    validate: given.validate ?? (strict ? 'every' : 'entry'),
    freeze: given.freeze ?? strict,
    serialise: given.serialise ?? false,
    maxPayloadBytes: maxPayloadBytes(config),
  }
}
