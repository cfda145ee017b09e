import type { MessageType, MillraceError, Position } from '@millrace/contracts'
import type { NodeRun } from '../runner/node-run.js'
import type { Root } from '../runner/root.js'
import type { Route } from '../runner/route.js'
import type { Runner } from '../runner/runner.js'
import type { Subtree } from '../runner/subtree.js'
import type { SinkCheckpoint } from '../runtime/sinks.js'

/** The worker's own part of the graph, as the mesh needs it. */
export interface MeshEngine {
  readonly runner: Runner
  /** For each node, whether something ordered may come after it. */
  readonly tracked: readonly boolean[]
  /** For each node, the types that it asks for by nested requests. */
  readonly asks: readonly (readonly number[])[]
  /** The node of this worker; undefined for one in another. */
  run(node: number): NodeRun | undefined
  /** The route of a message that comes from another worker. */
  arrivalRoute(type: number): Route
  /** For each node, whether what it emits comes of something recorded here. */
  readonly keepsOutput: readonly boolean[]
  /** For each node, whether what it emits comes of something that is not done again here when its message comes again. */
  readonly emitsOnce: readonly boolean[]
  /** How many messages of single requests came again to ordered nodes here and were dropped. */
  readonly repeats: number
  /** The sinks here that say where they stand, by node. */
  readonly checkpoints: ReadonlyMap<number, SinkCheckpoint>
  /** The route of a type that a node emits. */
  routeFrom(emitter: number, type: number): Route
  /** The message type of a name; undefined where no node knows it. */
  messageType(name: string): MessageType | undefined
  /** A reply as it leaves: its schema alone says what is in it. */
  replyForWire(type: number, payload: unknown, unread: boolean): unknown
  /** A reply had nobody to go to. */
  unclaimed(type: number): void
  /** A message was given up on its way to a node. @returns false where the node does not say `dead_letter` */
  undeliverable(node: number, type: number, message: UndeliverableMessage): boolean
}

/** A message that has been sent as often as it may be. */
export interface UndeliverableMessage {
  readonly payload: unknown
  readonly root: Root
  /** What it is a part of. */
  readonly subtree: Subtree
  readonly position: Position
  readonly error: MillraceError
}
