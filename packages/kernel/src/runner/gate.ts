import { comparePositions, type Position } from '@millrace/contracts'
import { FirstCopy } from './first-copy.js'
import type { NodeRun } from './node-run.js'
import { PositionHeap } from './position-heap.js'
import type { Subtree } from './subtree.js'
import type { Task } from './task.js'

/** Tasks of one domain that wait in front of an ordered node until nothing smaller can come. */
export class Gate {
  readonly run: NodeRun
  readonly waiting: PositionHeap<Task> = new PositionHeap()
  /** Of the last task that has passed; kept where messages can come again. */
  cursor: Position | undefined
  /** What has passed and is not done, with its position; kept like the cursor. */
  readonly #unfinished = new Map<FirstCopy, Position>()
  readonly #done = (copy: FirstCopy): void => void this.#unfinished.delete(copy)

  constructor(run: NodeRun) {
    this.run = run
  }

  /** Whether the node has taken a message of this position, or a later one. */
  hasTaken(position: Position): boolean {
    return this.cursor !== undefined && comparePositions(position, this.cursor) <= 0
  }

  /** A task passes whose message may come again. */
  take(task: Task): void {
    const { position, subtree } = task
    const copy = new FirstCopy(subtree, this.#done)
    this.cursor = position
    this.#unfinished.set(copy, position)
    task.subtree = copy
  }

  /** A repeat is done when its first copy is, where that has passed here and is not done. */
  join(position: Position, repeat: Subtree): void {
    for (const [copy, taken] of this.#unfinished) if (comparePositions(position, taken) === 0) return copy.join(repeat)
  }
}
