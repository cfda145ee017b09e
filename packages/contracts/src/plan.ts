import type { Graph } from './graph.js'

/** How the slots of an application are connected. */
export type Profile = 'memory' | 'tcp_local' | 'zeromq_local' | 'redis'

/** A set of nodes that run together, as the configuration names it, with every default filled in. */
export interface GroupSettings {
  readonly name: string
  readonly nodes: readonly string[]
  readonly stages: readonly string[]
  readonly tags: readonly string[]
  readonly runners: readonly string[]
  /** How many slots the group has. */
  readonly workers: number
  /** Payload field whose equal values go to the same slot. */
  readonly partitionBy: string | undefined
  /** How many partitions there are. */
  readonly partitions: number
  /** How often an envelope is sent again after a crash. */
  readonly redeliver: number
  readonly restartPolicy: 'never' | 'on_failure' | 'always'
}

/** A group of the plan; its index is its place in the list. */
export interface PlanGroup {
  readonly name: string
  /** Indices of its nodes, in graph order. */
  readonly nodes: readonly number[]
  /** Slot ids, `name#1` first. */
  readonly slots: readonly string[]
  readonly partitionBy: string | undefined
  readonly partitions: number
  readonly redeliver: number
}

/** An edge that crosses two groups; its id is its place in the list. */
export interface Hop {
  /** Index of the edge in the graph. */
  readonly edge: number
  /** Index of the emitting group. */
  readonly fromGroup: number
  /** Index of the consuming group. */
  readonly toGroup: number
  /**
   * How the slot is chosen: the only one, by the partition field, by `seq mod workers` where an ordered node is downstream,
   * or the least loaded.
   */
  readonly choose: 'single' | 'partition' | 'sequence' | 'load'
}

/** Graph and placement, compiled: every worker of an application holds the same plan. */
export interface Plan {
  readonly profile: Profile
  readonly graph: Graph
  readonly groups: readonly PlanGroup[]
  /** For each node, the index of its group. */
  readonly groupOf: readonly number[]
  readonly hops: readonly Hop[]
  /** SHA-256 over everything above, 64 hex digits; compared when two workers meet. */
  readonly hash: string
}
