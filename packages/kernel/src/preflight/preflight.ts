import {
  checkSlices,
  groupSettings,
  type LoadedConfig,
  loadConfig,
  loadValue,
  type MillraceConfig,
  type MillraceInput,
  profileOf,
  type StartupSummary,
  startupSummary,
} from '@millrace/config-validator'
import { createContainer } from '@millrace/container'
import {
  type AppDefinition,
  allPartsOf,
  type Finding,
  type Graph,
  type MessageType,
  type ModuleDefinition,
  type Part,
  type Plan,
  type ServiceDefinition,
  type Token,
} from '@millrace/contracts'
import { compilePlan, type PlacementInput, placementFindings } from '@millrace/placement'
import { discover } from '../discovery/discover.js'
import { buildGraph, type GraphOutcome } from '../graph/build-graph.js'
import type { GraphPart } from '../graph/graph-parts.js'
import { transportToken } from '../transport-token.js'
import { checkDeadLetters } from './dead-letter-findings.js'
import { interfaceTypes } from './interface-types.js'
import { longLineFindings } from './long-line-findings.js'
import { missingPackages } from './missing-packages.js'
import { type PreflightFinding, preflightError } from './preflight-error.js'
import { requestFieldFindings } from './request-field-findings.js'
import { schemaFindings } from './schema-findings.js'
import { smallFrameFindings } from './small-frame-findings.js'

/** Files by name, the base first and overlays after it, or the configuration itself. */
export type ConfigSource = string | readonly string[] | MillraceInput

/** What an application is made of, before it is checked. */
export interface ApplicationOptions {
  /** @default a configuration that says nothing: one process, memory */
  readonly config?: ConfigSource
  /** Laid over the configuration, as one more file would be. */
  readonly overlay?: Readonly<Record<string, unknown>>
  /** Nodes, sources, sinks, services, modules or an app, beside what the configuration's discovery modules export. @default [] */
  readonly nodes?: readonly (Part | ModuleDefinition | AppDefinition)[]
}

/** What preflight is asked for. */
export interface PreflightOptions extends ApplicationOptions {
  /** Whether requests may enter by `Runtime.request`: then a type that nothing emits is an entry and no mistake. @default false */
  readonly embedded?: boolean
  /** Whether packages that the configuration needs and that are not installed are findings. @default true */
  readonly packages?: boolean
  /** Whether the schema of every message type is compiled, which takes about a millisecond each. @default false */
  readonly schemas?: boolean
  /** Tokens whose values are bound when the runtime is made. @default [] */
  readonly bound?: readonly Token[]
}

/** Everything that is known of an application before anything of it runs. */
export interface Preflight {
  readonly config: MillraceConfig
  /** The folder that relative paths in the configuration start at, absolute. */
  readonly baseDir: string
  readonly graph: Graph
  readonly plan: Plan
  /** By node index. */
  readonly nodes: readonly GraphPart[]
  /** By type index. */
  readonly types: readonly MessageType[]
  readonly services: readonly ServiceDefinition[]
  /** Each node's slice of the configuration, with its defaults, by the node's name. */
  readonly slices: Readonly<Record<string, unknown>>
  readonly summary: StartupSummary
}

/**
 * Checks an application as a whole, without starting any of it: configuration, discovery, graph, services, placement and
 * installed packages.
 *
 * @throws MillraceError CONFIG_UNREADABLE or CONFIG_INVALID for the configuration itself; then one error for everything else
 * that was found, with the code of the first finding and all of them in its message and in `facts.findings`
 */
export async function preflight(options: PreflightOptions = {}): Promise<Preflight> {
  const loaded = await load(options)
  const { config, baseDir } = loaded
  const parts = await partsIn(config, baseDir, options.nodes ?? [])
  const built = graphIn(config, parts, options.embedded ?? false)
  const slices = checkSlices(loaded, sliceOwners(parts))
  const services = parts.filter((part) => part.kind === 'service')
  const placement = placementInput(config, built)
  const sound = built.findings.length === 0
  const findings: readonly PreflightFinding[] = [
    ...[...built.findings, ...requestFieldFindings(config, built.graph)].map((finding) => placed(loaded, finding)),
    ...slices.findings,
    ...serviceFindings(services, built.nodes, options.bound ?? []),
    ...checkDeadLetters(config, built.nodes),
    ...longLineFindings(config, built.types),
    ...smallFrameFindings(config),
    ...(options.schemas === true ? schemaFindings(built.types) : []),
    ...(sound ? placementFindings(placement).map((finding) => placed(loaded, finding)) : []),
    ...((options.packages ?? true) ? missingPackages(config, baseDir) : []),
  ]
  if (findings.length > 0) throw preflightError(findings)
  const plan = compilePlan(placement)
  return {
    config,
    baseDir,
    graph: built.graph,
    plan,
    nodes: built.nodes,
    types: built.types,
    services,
    slices: { ...slices.nodes, ...slices.adapters },
    summary: startupSummary({ config, plan }),
  }
}

/** What a worker must be told so that it rebuilds what has been checked already; plain JSON. */
export interface RebuildInput {
  readonly config: MillraceConfig
  /** Absolute. */
  readonly baseDir: string
  readonly slices: Readonly<Record<string, unknown>>
  readonly embedded: boolean
}

/**
 * Rebuilds from metadata alone what `preflight` has checked in another process: discovers, draws the graph, compiles the plan.
 *
 * @throws MillraceError CONFIG_UNREADABLE, PLACEMENT_*
 */
export async function rebuild({ config, baseDir, slices, embedded }: RebuildInput): Promise<Preflight> {
  const parts = await partsIn(config, baseDir, [])
  const built = graphIn(config, parts, embedded)
  const plan = compilePlan(placementInput(config, built))
  return {
    config,
    baseDir,
    graph: built.graph,
    plan,
    nodes: built.nodes,
    types: built.types,
    services: parts.filter((part) => part.kind === 'service'),
    slices,
    summary: startupSummary({ config, plan }),
  }
}

async function partsIn(
  { runtime }: MillraceConfig,
  baseDir: string,
  given: readonly (Part | ModuleDefinition | AppDefinition)[],
): Promise<readonly Part[]> {
  const discovered = await discover(runtime.discovery_modules, baseDir)
  return [...new Set([...discovered, ...allPartsOf('The option nodes has', given)])]
}

function graphIn(config: MillraceConfig, parts: readonly Part[], embedded: boolean): GraphOutcome {
  return buildGraph({ parts, adapters: Object.keys(config.adapters), ...interfaceTypes(config), embedded })
}

function load({ config, overlay }: ApplicationOptions): Promise<LoadedConfig> | LoadedConfig {
  if (typeof config === 'string' || Array.isArray(config))
    return loadConfig(typeof config === 'string' ? [config] : config, overlay === undefined ? {} : { overlay })
  return loadValue(config ?? unnamed, overlay === undefined ? {} : { overlay })
}

/** What an application without a configuration runs under. */
const unnamed = { version: 1, scenario: { name: 'embedded' } } as const

function sliceOwners(parts: readonly Part[]) {
  const owner = ({ name, config }: { readonly name: string; readonly config: GraphPart['config'] }) => ({
    name,
    schema: config,
  })
  return {
    nodes: parts.filter((part) => part.kind === 'node').map(owner),
    adapters: parts.filter((part) => part.kind === 'source' || part.kind === 'sink').map(owner),
  }
}

function serviceFindings(
  services: readonly ServiceDefinition[],
  nodes: readonly GraphPart[],
  bound: readonly Token[],
): readonly PreflightFinding[] {
  const container = createContainer(services, { boundLater: [transportToken, ...bound] })
  return [...container.findings(), ...nodes.flatMap(({ name, inject }) => container.missing(inject, name))]
}

function placementInput(config: MillraceConfig, { graph, inactive }: GraphOutcome): PlacementInput {
  const { web, platform } = config.runtime
  return {
    graph,
    inactive,
    profile: profileOf(config),
    groups: groupSettings(config),
    stateBackend: platform.kv.backend,
    groupReferences: web.interfaces.length === 0 ? [] : [{ group: web.group, path: ['runtime', 'web', 'group'] }],
  }
}

/** A finding and where in its file the key stands that is to blame. */
function placed(loaded: LoadedConfig, finding: Finding): PreflightFinding {
  return { ...finding, ...(finding.path === undefined ? {} : loaded.locate(finding.path)) }
}
