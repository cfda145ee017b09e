import type { Position, SpanContext } from '@millrace/contracts'
import type { Hold } from './domain.js'
import type { Kept } from './journal.js'
import type { NodeRun } from './node-run.js'
import type { Positioned } from './position-heap.js'
import type { Route } from './route.js'
import type { Subtree } from './subtree.js'

/** A message that has to wait at a node: for a free place, for its turn in the order, or for its handler's promise. */
export class Task implements Positioned {
  position: Position
  heapIndex = 0
  readonly run: NodeRun
  readonly route: Route
  readonly payload: unknown
  /** What it is a part of, and what comes of it. */
  subtree: Subtree
  /** Its position, held at the node while it waits; undefined where no order is kept. */
  hold: Hold | undefined
  /** Where it is kept for a later process; undefined where that is not needed. */
  kept: Kept | undefined
  /** The span that the message comes of; undefined where its root is not traced. */
  readonly cause: SpanContext | undefined
  /** When it began to wait, by the clock of the runner. */
  readonly since: number

  constructor(
    run: NodeRun,
    route: Route,
    payload: unknown,
    subtree: Subtree,
    { position, cause, since }: Pick<Task, 'position' | 'cause' | 'since'>,
  ) {
    this.run = run
    this.route = route
    this.payload = payload
    this.subtree = subtree
    this.position = position
    this.cause = cause
    this.since = since
  }
}
