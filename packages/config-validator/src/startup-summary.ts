import type { Plan, Profile } from '@millrace/contracts'
import type {
  AuthConfig,
  ExecutionIpcConfig,
  MillraceConfig,
  PlatformConfig,
  ProcessGroupConfig,
  RedisConfig,
} from './config.js'
import { type InterfaceSummary, interfaceSummaries } from './interface-summary.js'
import { restartOfGroup } from './restart-of-group.js'

/** How workers are connected, with every default; of the secret only where it comes from. */
export interface TransportSummary {
  readonly name: ExecutionIpcConfig['transport']
  readonly bindHost: string
  /** 0 where each worker takes a free port. */
  readonly bindPort: number
  readonly maxPayloadBytes: number
  /** Where the Redis is that carries the messages; only where one does. */
  readonly redis?: {
    /** Its URL, or `from env REDIS_URL`. */
    readonly url: string
    readonly keyPrefix: string
  }
  readonly auth: {
    readonly mode: AuthConfig['mode']
    readonly ttlSeconds: number
    readonly nonceCacheSize: number
    readonly kdf: AuthConfig['kdf']
    readonly secretMode: AuthConfig['secret_mode']
    /** Such as `generated for this run` or `from env MILLRACE_SECRET`. */
    readonly secret: string
  }
}

/** A group of the plan. */
export interface GroupSummary {
  readonly name: string
  readonly workers: number
  /** By name, in graph order. */
  readonly nodes: readonly string[]
  /** When a worker that died is replaced; null where everything runs in one process. */
  readonly restart: ProcessGroupConfig['restart']['policy'] | null
  /** What the configuration says instead, where it does not count because the group has a source or a sink. */
  readonly restartConfigured?: ProcessGroupConfig['restart']['policy']
}

/** An edge that crosses two groups. */
export interface HopSummary {
  /** The emitting node. */
  readonly from: string
  /** The consuming node. */
  readonly to: string
  readonly fromGroup: string
  readonly toGroup: string
  /** The message type. */
  readonly type: string
  /** How the worker is chosen. */
  readonly choose: string
}

/** What starts, as `millrace run` tells it before anything runs. Plain data, without a secret. */
export interface StartupSummary {
  readonly scenario: string
  readonly profile: Profile
  readonly mode: MillraceConfig['runtime']['platform']['bootstrap']['mode']
  /** Null where everything runs in one process. */
  readonly transport: TransportSummary | null
  readonly stateBackend: MillraceConfig['runtime']['platform']['kv']['backend']
  readonly groups: readonly GroupSummary[]
  readonly hops: readonly HopSummary[]
  readonly interfaces: readonly InterfaceSummary[]
  readonly exporters: {
    readonly tracing: readonly string[]
    readonly metrics: readonly string[]
    readonly logging: readonly string[]
  }
  readonly console: boolean
}

/** What a summary is made of. */
export interface SummaryParts {
  readonly config: MillraceConfig
  readonly plan: Plan
}

/** Says what is about to start: profile, transport, groups, hops, interfaces and exporters. */
export function startupSummary({ config, plan }: SummaryParts): StartupSummary {
  const { platform, observability } = config.runtime
  return {
    scenario: config.scenario.name,
    profile: plan.profile,
    mode: platform.bootstrap.mode,
    transport: platform.execution_ipc === undefined ? null : transportSummary(platform.execution_ipc, platform.redis),
    stateBackend: platform.kv.backend,
    groups: groupSummaries(plan, platform),
    hops: hopSummaries(plan),
    interfaces: interfaceSummaries(config.runtime.web),
    exporters: {
      tracing: observability.tracing.exporters,
      metrics: observability.metrics.exporters,
      logging: observability.logging.exporters,
    },
    console: observability.console,
  }
}

function transportSummary(ipc: ExecutionIpcConfig, redis: RedisConfig): TransportSummary {
  const { auth } = ipc
  return {
    name: ipc.transport,
    bindHost: ipc.bind_host,
    bindPort: ipc.bind_port,
    maxPayloadBytes: ipc.max_payload_bytes,
    ...(ipc.transport === 'redis' ? { redis: redisSummary(redis) } : {}),
    auth: {
      mode: auth.mode,
      ttlSeconds: auth.ttl_seconds,
      nonceCacheSize: auth.nonce_cache_size,
      kdf: auth.kdf,
      secretMode: auth.secret_mode,
      secret: secretSource(auth),
    },
  }
}

function redisSummary({ url, url_env, key_prefix: keyPrefix }: RedisConfig): NonNullable<TransportSummary['redis']> {
  return { url: url_env === undefined ? url : `from env ${url_env}`, keyPrefix }
}

function secretSource(auth: AuthConfig): string {
  if (auth.secret_mode === 'generated') return 'generated for this run'
  return auth.secret_env === undefined ? 'from file' : `from env ${auth.secret_env}`
}

function groupSummaries(plan: Plan, platform: PlatformConfig): readonly GroupSummary[] {
  return plan.groups.map((group, index) => ({
    name: group.name,
    workers: group.slots.length,
    nodes: group.nodes.map((node) => nameOf(plan.graph.nodes, node)),
    ...restartSummary(plan, index, platform),
  }))
}

function restartSummary(
  plan: Plan,
  index: number,
  { process_groups, kv }: PlatformConfig,
): Pick<GroupSummary, 'restart' | 'restartConfigured'> {
  const configured = process_groups.find(({ name }) => name === plan.groups[index]?.name)?.restart.policy
  if (plan.profile === 'memory' || configured === undefined) return { restart: null }
  const restart = restartOfGroup(plan, index, configured, kv.backend)
  return restart === configured ? { restart } : { restart, restartConfigured: configured }
}

function hopSummaries({ graph, groups, hops }: Plan): readonly HopSummary[] {
  return hops.flatMap((hop) => {
    const edge = graph.edges[hop.edge]
    if (edge === undefined) return []
    return [
      {
        from: nameOf(graph.nodes, edge.from),
        to: nameOf(graph.nodes, edge.to),
        fromGroup: nameOf(groups, hop.fromGroup),
        toGroup: nameOf(groups, hop.toGroup),
        type: nameOf(graph.types, edge.type),
        choose: hop.choose,
      },
    ]
  })
}

function nameOf(list: readonly { readonly name: string }[], index: number): string {
  return list[index]?.name ?? `#${index}`
}
