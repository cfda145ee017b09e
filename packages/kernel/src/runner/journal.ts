import type { Position } from '@millrace/contracts'
import type { NodeRun } from './node-run.js'
import type { Root } from './root.js'
import type { Subtree } from './subtree.js'
import type { Task } from './task.js'

/** Work that came of a recorded message and is not done: a later process finds it under this entry. */
export interface Kept {
  readonly entry: string
}

/** The messages of a handler that has ended, of which some are not sent yet. */
export interface KeptList {
  readonly run: NodeRun
  readonly root: Root
  /** Of the message that the handler was called with. */
  readonly position: Position
  /** The number of the first child that they make there. */
  readonly child: number
  readonly messages: readonly unknown[]
}

/**
 * Records what the nodes of a worker have done, so that a later process of its slot does none of it again.
 *
 * J1  A recorded node handles each message once, whatever process its slot is in. In the place of one that it has handled
 *     already, what came of it and was not done is sent again.
 * J2  What one turn records is kept together, and before anything of it is seen outside of the worker.
 * J3  What is kept of a root that has failed stays kept: whoever begins again where a run has failed finds it.
 */
export interface Journal {
  /** How far a recorded node has come in a domain; undefined where it has taken nothing. */
  cursor(domain: string | undefined, node: number): Position | undefined
  /** Whether a recorded node has handled a message that belongs to no domain. */
  hasHandled(node: number, root: Root, position: Position): boolean
  /** The handler of a recorded node has ended; its state is written, and all that it returned is sent or kept. */
  handled(node: number, root: Root, position: Position): void
  /** The handler of a recorded node has returned after its root had failed: a sink has written all the same, and no state is. */
  outlived(node: number, root: Root, position: Position): void
  /** An asynchronous call of a recorded node's handler has ended, and the next has not begun. */
  ended(node: number): void
  /** Sends again what came of a message that a recorded node has handled before; that becomes a part of the subtree. */
  replay(subtree: Subtree, position: Position): void
  /** A message waits at a node of this worker. @returns undefined unless it came of something recorded here */
  keepTask(task: Task): Kept | undefined
  /** The messages of a recorded node are being sent. */
  keepList(list: KeptList): Kept | undefined
  /** It is done, or its root has failed. */
  done(kept: Kept, root: Root): void
  /** Calls back when all that has been recorded so far is kept. */
  whenKept(call: () => void): void
}
