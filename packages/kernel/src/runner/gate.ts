import { comparePositions, type Position } from '@millrace/contracts'
import type { NodeRun } from './node-run.js'
import { PositionHeap } from './position-heap.js'
import type { Task } from './task.js'

/** Tasks of one domain that wait in front of an ordered node until nothing smaller can come. */
export class Gate {
  readonly run: NodeRun
  readonly waiting: PositionHeap<Task> = new PositionHeap()
  /** Of the last task that has passed; kept where messages can come again. */
  cursor: Position | undefined

  constructor(run: NodeRun) {
    this.run = run
  }

  /** Whether the node has taken a message of this position, or a later one. */
  hasTaken(position: Position): boolean {
    return this.cursor !== undefined && comparePositions(position, this.cursor) <= 0
  }
}
