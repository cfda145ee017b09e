/** What the page is told, in the order in which it is told it: the plan, its layouts, then frames and events for ever. */
import type {
  EventLevel,
  EventName,
  GraphNodeKind,
  Profile,
  RuntimePhase,
  SpanRecord,
  WorkerPhase,
} from '@millrace/contracts'

/** The application as it was planned. It does not change while it runs. */
export interface PlanView {
  readonly title: string
  readonly profile: Profile
  readonly hash: string
  readonly groups: readonly GroupView[]
  readonly nodes: readonly NodeView[]
  readonly edges: readonly EdgeView[]
  /** What each error code means. */
  readonly codes: Readonly<Record<string, string>>
  /** What each event says. */
  readonly events: Readonly<Record<string, string>>
}

/** A group of the plan. */
export interface GroupView {
  readonly name: string
  readonly slots: readonly string[]
  readonly partitionBy: string | null
}

/** A node of the graph. */
export interface NodeView {
  readonly name: string
  readonly kind: GraphNodeKind
  /** Index of its group. */
  readonly group: number
  readonly stage: string | null
  readonly runner: string
  readonly ordered: boolean
  readonly consumes: readonly string[]
  readonly emits: readonly string[]
  readonly state: readonly string[]
}

/** All that goes from one node to another. */
export interface EdgeView {
  /** Indices of nodes. */
  readonly from: number
  readonly to: number
  /** Names of message types. */
  readonly types: readonly string[]
  /** The hop whose numbers stand at this edge, as `from→to`; null where they stand at another edge of the same hop, or it is none. */
  readonly hop: string | null
  /** Whether other edges cross the same two groups, so that the numbers of the hop are those of all of them. */
  readonly shared: boolean
  /** Whether it crosses two groups. */
  readonly crosses: boolean
  /** Whether all that its consumer is called with comes by this edge, so that the rate of the one is the rate of the other. */
  readonly only: boolean
}

/** A box, in units of the drawing. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where everything is drawn. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** By index; null for a group without nodes. */
  readonly groups: readonly (Box | null)[]
  readonly nodes: readonly Box[]
  readonly edges: readonly EdgePath[]
}

/** The line of an edge, and the room for its numbers. */
export interface EdgePath {
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly label: Box | null
}

/** The drawing for a wide window and for a narrow one; null where it could not be made. */
export interface Layouts {
  readonly wide: Layout | null
  readonly narrow: Layout | null
}

/** How the application fares at one moment. Rates are per second; null where nothing can be said yet. */
export interface Frame {
  /** Wall time in milliseconds since the epoch. */
  readonly at: number
  readonly scenario: string
  readonly phase: RuntimePhase
  readonly pid: number
  readonly workers: readonly WorkerView[]
  /** The process that supervises, where it is none of the workers. */
  readonly own: Pick<WorkerView, 'rss' | 'delayMs'> | null
  readonly flows: Flows
}

/** One slot and the process in it. */
export interface WorkerView {
  readonly slot: string
  readonly group: string
  readonly phase: WorkerPhase
  readonly incarnation: number
  readonly pid: number | null
  readonly restarts: number
  /** Null where it cannot say. */
  readonly queued: number | null
  readonly inFlight: number | null
  readonly redelivered: number | null
  readonly rss: number | null
  readonly delayMs: number | null
}

/** What flows through the graph. */
export interface Flows {
  /** By index of the node. */
  readonly nodes: readonly NodeFlow[]
  readonly hops: readonly HopFlow[]
  /** What was refused, and what failed, by code. */
  readonly refusals: readonly Count[]
  readonly failures: readonly Count[]
  /** How requests ended. */
  readonly outcomes: readonly Count[]
  /** What else an operator wants to know of: redeliveries, messages given up, telemetry lost. */
  readonly losses: readonly Count[]
}

/** What flows through a node. */
export interface NodeFlow {
  readonly rate: number | null
  readonly total: number
  readonly queued: number
  /** How long the first message in its queue has waited. */
  readonly lagMs: number
}

/** What flows between two groups. */
export interface HopFlow {
  /** Names of groups. */
  readonly from: string
  readonly to: string
  readonly rate: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** Something that is counted under a name. */
export interface Count {
  readonly name: string
  readonly total: number
  readonly rate: number | null
}

/** An event, as the page lists it. */
export interface EventView {
  /** Grows by one. */
  readonly id: number
  readonly at: number
  readonly level: EventLevel
  readonly name: EventName
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}

/** The answer to a trace id. */
export interface TraceView {
  readonly id: string
  readonly spans: readonly SpanRecord[]
  /** How many more there are than are shown. */
  readonly left: number
}
