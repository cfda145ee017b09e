import { type EventEmitter, MillraceError, type Tracing } from '@millrace/contracts'
import { linkPairs, peersOf } from '@millrace/placement'
import { createMemoryStateStore } from '@millrace/transport-memory'
import { embeddingSlot } from '../mesh/place.js'
import type { PayloadCheckOptions } from '../payload/payload-checks.js'
import type { Preflight } from '../preflight/preflight.js'
import { randomHex } from '../runner/random-hex.js'
import { openRun } from '../runs/open-run.js'
import { redisRuns } from '../runs/redis-runs.js'
import { consoleSource } from '../telemetry/console-source.js'
import { Oversight } from '../telemetry/oversight.js'
import { openTransport } from '../worker/open-transport.js'
import { type Share, shareRuntime } from '../worker/share-runtime.js'
import { type LinkKeys, linkKeys } from './link-keys.js'
import { whyNotReloaded } from './reloadable.js'
import { requestOrigins } from './request-origins.js'
import type { SupervisedParts } from './supervised-parts.js'
import { SupervisedRuntime } from './supervised-runtime.js'
import { moduleFlags, workerProgram } from './worker-program.js'
import { workerSettings } from './worker-settings.js'

/** What a supervised runtime is made from. */
export interface SupervisedOptions {
  readonly preflight: Preflight
  /** Whether preflight allowed requests by `Runtime.request`; workers rebuild the graph alike. */
  readonly embedded: boolean
  readonly events: EventEmitter
  readonly checks: PayloadCheckOptions
  /** Flags of Node for worker processes, such as `--import tsx`. @default those of this process that concern modules */
  readonly execArgv: readonly string[] | undefined
  readonly sinkWrote: SupervisedParts['sinkWrote']
  /** Whether the web server of the configuration is started. */
  readonly web: boolean
  /** Whether an interrupted run is gone on with. */
  readonly resume: boolean
}

/**
 * Makes a runtime whose nodes run in worker processes. Nothing is started.
 *
 * @throws MillraceError SEC_SECRET_INVALID
 */
export async function createSupervised(options: SupervisedOptions): Promise<SupervisedRuntime> {
  const { preflight, embedded, events, checks, sinkWrote, resume } = options
  const { plan, config, nodes, baseDir } = preflight
  const { createSupervisor } = await import('@millrace/supervisor')
  const web = options.web ? webSlot(preflight) : undefined
  const origins = requestOrigins(plan, nodes, web)
  const pairs = linkPairs(plan, origins)
  const keys = await linkKeys(config, pairs, { baseDir, env: process.env }, events.redactor)
  const run = randomHex(16)
  const { restart_strategy: strategy, lifecycle } = config.runtime.platform
  const owner = { scenario: config.scenario.name, group: '', slot: embeddingSlot, incarnation: 1, run }
  const oversight = await Oversight.open(preflight, owner, events, () => consoleSource(runtime, events))
  const runtime: SupervisedRuntime = new SupervisedRuntime({
    preflight,
    embedded,
    events,
    checks,
    pairs,
    keys,
    run,
    sinkWrote,
    web,
    resume,
    openRun: keepsRuns(options, run),
    workers: workerSettings(
      plan,
      config,
      (group) => whyNotReloaded(plan, group, config.runtime.platform.kv.backend)?.message,
    ),
    app: origins.includes(embeddingSlot)
      ? await appShare(options, {
          run,
          keys,
          peers: peersOf(pairs, embeddingSlot),
          tracing: oversight?.telemetry.tracing,
        })
      : undefined,
    supervisor: (listener, workers) =>
      createSupervisor(
        { listener, events },
        {
          workers,
          strategy,
          module: workerProgram(),
          execArgv: options.execArgv ?? moduleFlags(process.execArgv),
          env: withoutSecret(config),
          gracefulMs: lifecycle.graceful_timeout_seconds * 1000,
        },
      ),
    oversight,
  })
  return runtime
}

/** Opens the run where state outlives its processes. */
function keepsRuns({ preflight, events, resume }: SupervisedOptions, run: string): SupervisedParts['openRun'] {
  const { config, nodes, plan } = preflight
  const { kv, redis } = config.runtime.platform
  if (kv.backend !== 'redis') return undefined
  const env = { ...process.env } // as it is now, which is what workers get too
  const isFed = nodes.some(({ kind }) => kind === 'source')
  if (resume && isFed && config.runtime.ordering.sink_mode === 'completion') throw withoutOrder()
  const slots = plan.groups.flatMap((group) => group.slots)
  return async (lost, signal) => {
    const kept = await redisRuns({ redis, env, run, slots, events, signal, lost })
    return openRun({ kept, isFed, resume, events, planHash: plan.hash })
  }
}

/** What has been done of a run is known by the numbers of its roots, which count only where they are taken in their order. */
function withoutOrder(): MillraceError {
  return new MillraceError(
    'CONFIG_INVALID',
    'a run cannot be resumed with runtime.ordering.sink_mode: completion, because nothing says then what has been done of it; take source_seq, or run anew',
  )
}

/** The slot that serves the web; undefined where nothing is to be served. */
function webSlot({ config, plan }: Preflight): string | undefined {
  const { group, interfaces } = config.runtime.web
  return interfaces.length === 0 ? undefined : plan.groups.find(({ name }) => name === group)?.slots[0]
}

/** The environment of workers: the secret of all links is for nobody but this process. */
function withoutSecret({ runtime }: Preflight['config']): NodeJS.ProcessEnv {
  const { secret_env: name } = runtime.platform.execution_ipc?.auth ?? {}
  return Object.fromEntries(Object.entries(process.env).filter(([variable]) => variable !== name))
}

interface AppShareParts {
  readonly run: string
  readonly keys: LinkKeys
  readonly peers: readonly string[]
  readonly tracing: Tracing | undefined
}

/** The embedding process as a member of the mesh. */
async function appShare(
  { preflight, events, checks }: SupervisedOptions,
  { run, keys, peers, tracing }: AppShareParts,
): Promise<Share> {
  const place = { slot: embeddingSlot, group: -1, incarnation: 1 }
  const transport = await openTransport(preflight.config, {
    run,
    events,
    incarnation: place.incarnation,
    planHash: preflight.plan.hash,
    keyOf: keys.of,
  })
  return shareRuntime({
    preflight,
    place,
    run,
    peers,
    transport,
    events,
    checks,
    store: createMemoryStateStore(),
    notes: undefined,
    ledger: undefined,
    tracing,
    telemetry: undefined,
    prometheus: undefined,
    replaceSink: undefined,
    web: undefined,
  })
}

/** Worker processes import what they run: definitions and values that exist in this process only cannot reach them. */
export function refuseLocalParts(given: { readonly nodes: number; readonly values: number }): void {
  if (given.nodes === 0 && given.values === 0) return
  throw new MillraceError(
    'CONFIG_INVALID',
    'bootstrap.mode process_supervisor runs nodes in other processes, which cannot be handed definitions or values of this one; export them from a module and name it in runtime.discovery_modules',
  )
}
