import {
  checkSlices,
  type LoadedConfig,
  type MillraceConfig,
  type StartupSummary,
  startupSummary,
} from '@millrace/config-validator'
import { type Container, createContainer } from '@millrace/container'
import {
  type EventEmitter,
  type Graph,
  type MessageType,
  type Part,
  type Plan,
  type ServiceDefinition,
} from '@millrace/contracts'
import { compilePlan, placementFindings } from '@millrace/placement'
import { createRoutingService, type RoutingService } from '@millrace/routing'
import { buildGraph } from '../graph/build-graph.js'
import type { PayloadCheckOptions } from '../payload/payload-checks.js'
import type { PlacedDefinition } from '../runtime/engine.js'

/** Everything that is known before anything runs. */
export interface Preflight {
  readonly config: MillraceConfig
  readonly graph: Graph
  readonly plan: Plan
  /** By node index. */
  readonly nodes: readonly PlacedDefinition[]
  /** By type index. */
  readonly types: readonly MessageType[]
  readonly services: readonly ServiceDefinition[]
  /** Each node's slice of the configuration, with its defaults, by the node's name. */
  readonly slices: Readonly<Record<string, unknown>>
  readonly summary: StartupSummary
}
