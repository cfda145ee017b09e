import { comparePositions, type MillraceError, type Position } from '@millrace/contracts'
import { Gate } from './gate.js'
import type { NodeRun } from './node-run.js'
import { type Positioned, PositionHeap } from './position-heap.js'
import type { Root } from './root.js'
import type { Task } from './task.js'

/** A position that a node may still emit at or after: an envelope it holds, or the next child of one that still emits. */
export class Hold implements Positioned {
  position: Position
  heapIndex = 0
  readonly node: number

  constructor(node: number, position: Position) {
    this.node = node
    this.position = position
  }
}

/** A failure that takes effect when all that comes before it has left. */
export interface StandingFailure {
  readonly position: Position
  readonly root: Root
  readonly error: MillraceError
}

/** What ties a domain to the other workers that it reaches. */
export interface DomainTies {
  /** Whether messages can come to a node from other workers, directly or through nodes in this one. */
  tied(node: number): boolean
  /** The smallest position that may still come so; undefined when none can. */
  mark(node: number): Position | undefined
  /** What this worker may still emit has changed. */
  changed(): void
  /** A message came again to an ordered node that had taken it. */
  repeated(): void
}

/** The frontier of a domain whose last root has entered. */
export const noMoreRoots: number = Number.MAX_SAFE_INTEGER

/**
 * An order domain: one run of a source, or one stream request.
 *
 * D1  Whatever waits anywhere holds its position at its node; what runs on the stack does not.
 * D2  A task passes the gate of an ordered node only when its position is below every position held upstream of the node.
 * D3  Roots enter in the order of their numbers, so a root that has not entered stands after all that have.
 * D4  Where it reaches other workers, what may still come from them counts like what is held here.
 * D5  What comes from other workers may come again when one of them has died. A task whose position an ordered node has taken
 *     is dropped, and done when its first copy is done with everything that came of it. Where an earlier process has taken it,
 *     what that has left undone is sent again in its place.
 * D6  Nothing passes that comes after a root which has failed. What is recorded of the run of a source is all that came before
 *     some position, whatever ended it; and no reply of a stream request leaves where the failure of an earlier message should,
 *     although that comes another way and may come later.
 * D7  What waits of a root that has failed ends wherever it waits, and for nobody: who is in front of it may never hear of a
 *     failure of its own, where the worker that would say so has died.
 * D8  What a handler throws in a stream request stands at a position, the smallest if there are several: nothing is made any more
 *     of what comes after it, all that comes before it leaves, and then its root fails. Which handler was the first to throw, and
 *     in which worker, makes no difference.
 */
export class Domain {
  /** How many positions are held at all; at 0 whatever arrives arrives in order. */
  heldCount = 0
  /** The ordered end of a stream request: what takes the messages of its reply type. */
  outlet: { readonly type: number; readonly run: NodeRun; readonly leaves: (payload: unknown) => unknown } | undefined
  /** Names it in every worker; undefined in one that is alone. */
  id: string | undefined
  ties: DomainTies | undefined
  /** Number of the first root that is known to have failed; nothing passes from there on. */
  failedFrom: number = Number.POSITIVE_INFINITY
  /** Why that root has failed. */
  failure: MillraceError | undefined
  /** What the messages of a stream request are dealt out to slots from; undefined for a run of a source. */
  offset: number | undefined
  /** Number of the next root that may enter here; {@link noMoreRoots} where none can. */
  frontier = 0
  /** How many of its roots are here that entered elsewhere. */
  visitors = 0
  /** The failure that stands, where one does (D8). */
  stands: StandingFailure | undefined
  readonly #held: (PositionHeap<Hold> | undefined)[] = []
  readonly #gates = new Map<NodeRun, Gate>()
  readonly #dirty: (domain: Domain) => void
  #isDirty = false
  /** Whether a root has failed of which something may wait. */
  #hasFailed = false

  /** @param dirty hears, once until the next `openGates`, that tasks may have become free to pass */
  constructor(dirty: (domain: Domain) => void) {
    this.#dirty = dirty
  }

  /** Whether it is a run of a source, and no stream request. */
  get isRun(): boolean {
    return this.offset === undefined && this.outlet === undefined
  }

  hold(node: number, position: Position): Hold {
    const hold = new Hold(node, position)
    let heap = this.#held[node]
    if (heap === undefined) {
      heap = new PositionHeap()
      this.#held[node] = heap
    }
    heap.push(hold)
    this.heldCount++
    return hold
  }

  /** What is held has come further: nothing before the given position will come of it. */
  advance(hold: Hold, position: Position): void {
    hold.position = position
    this.#held[hold.node]?.grown(hold)
    this.touch()
  }

  release(hold: Hold): void {
    this.#held[hold.node]?.remove(hold)
    this.heldCount--
    this.touch()
  }

  /** Roots below a number have entered; those to come have it or a later one. */
  entered(frontier: number): void {
    this.frontier = frontier
    this.ties?.changed()
  }

  /** Whether a node must wait for other workers before it may take what comes. */
  tied(run: NodeRun): boolean {
    return this.ties?.tied(run.index) ?? false
  }

  /** The smallest position that a node in this worker holds; undefined for none. */
  leastHeld(node: number): Position | undefined {
    return this.#held[node]?.peek()?.position
  }

  /** A root has failed: what waits of it shall end. */
  rootFailed(seq: number, error: MillraceError): void {
    if (seq < this.failedFrom) {
      this.failedFrom = seq
      this.failure = error
    }
    this.#hasFailed = true
    this.touch()
  }

  /** A handler has thrown at a position. @returns whether the failure stands there now, and did not before */
  failAt(position: Position, root: Root, error: MillraceError): boolean {
    if (this.stands !== undefined && comparePositions(position, this.stands.position) >= 0) return false
    this.stands = { position, root, error }
    this.touch()
    return true
  }

  /** Nothing of a root is left: nothing can come before a failure of it that stands. */
  rootEnds(root: Root): void {
    if (this.stands?.root === root && this.outlet !== undefined) root.fail(this.stands.error)
  }

  /** Whether a position comes after the failure that stands. @param depth how many of its components count */
  isGivenUp(position: readonly number[], depth: number = position.length): boolean {
    return this.stands !== undefined && isFrom(this.stands.position, position, depth)
  }

  /** Whether the failure that stands is at a position, or comes of what is there. */
  failsWithin(position: Position): boolean {
    return this.stands !== undefined && isWithin(this.stands.position, position)
  }

  /** The same position, or that of a failure which it comes after: nothing passes from there on. */
  beforeFailure(position: Position): Position {
    const failed = (position[0] ?? 0) >= this.failedFrom ? [this.failedFrom] : position
    return this.stands !== undefined && this.isGivenUp(failed) ? this.stands.position : failed
  }

  /** Puts a task in front of an ordered node. */
  wait(task: Task): void {
    const { run } = task
    let gate = this.#gates.get(run)
    if (gate === undefined) {
      gate = new Gate(run)
      gate.cursor = run.journal?.cursor(this.id, run.index)
      this.#gates.set(run, gate)
    }
    if (gate.hasTaken(task.position)) return this.#drop(task, gate)
    gate.waiting.push(task)
    this.#hasFailed ||= hasFailed(task)
    this.touch()
  }

  /** Hands over every task that may pass now, each node's in the order of positions. */
  openGates(pass: (task: Task) => void): void {
    this.#isDirty = false
    if (this.#hasFailed) this.#endFailed(pass)
    for (const gate of this.#gates.values()) if (gate.waiting.length > 0) this.#open(gate, pass)
    if (this.stands !== undefined && this.outlet !== undefined) this.#takeEffect(this.stands, this.outlet.run)
  }

  /** Whether a task that has passed its gate must not be run, because a root before its own has failed since (D6): it waits again. */
  takesBack(task: Task): boolean {
    if (hasFailed(task) || !this.#isBeyondFailure(task)) return false
    this.#gates.get(task.run)?.waiting.push(task)
    this.touch() // its own root may fail before it is looked at
    return true
  }

  touch(): void {
    this.ties?.changed()
    if (this.#isDirty) return
    this.#isDirty = true
    this.#dirty(this)
  }

  #endFailed(pass: (task: Task) => void): void {
    this.#hasFailed = false
    for (const { waiting } of this.#gates.values()) for (const task of waiting.takeAll(hasFailed)) pass(task)
  }

  #open(gate: Gate, pass: (task: Task) => void): void {
    const { run, waiting } = gate
    const mark = this.#mark(run)
    for (let task = waiting.peek(); task !== undefined; task = waiting.peek()) {
      if (isHeldUp(task.position, mark) || hasFailed(task) || this.#isBeyondFailure(task)) return
      waiting.pop()
      if (gate.hasTaken(task.position)) this.#drop(task, gate)
      else {
        if (this.ties !== undefined || run.journal !== undefined) gate.take(task)
        pass(task)
      }
    }
  }

  #isBeyondFailure({ position }: Task): boolean {
    return (position[0] ?? 0) >= this.failedFrom || this.isGivenUp(position)
  }

  /** The failure that stands counts when nothing can come before it any more. */
  #takeEffect({ position, root, error }: StandingFailure, run: NodeRun): void {
    const least = smaller(this.#mark(run), this.leastHeld(run.index))
    if (least === undefined || comparePositions(least, position) >= 0) root.fail(error)
  }

  /** A repeat goes no further; what came of its first copy in an earlier process may. */
  #drop({ run, hold, kept, position, subtree }: Task, gate: Gate): void {
    gate.join(position, subtree)
    run.journal?.replay(subtree, position)
    if (kept !== undefined) run.journal?.done(kept, subtree.root)
    if (hold !== undefined) this.release(hold)
    this.ties?.repeated()
    subtree.partDone()
  }

  /** The watermark in front of a node: the smallest position that may still come; undefined when none can. */
  #mark(run: NodeRun): Position | undefined {
    let least = this.ties?.mark(run.index)
    for (const node of run.upstream) least = smaller(least, this.leastHeld(node))
    return least
  }
}

function hasFailed({ subtree }: Task): boolean {
  return subtree.root.failure !== undefined
}

function isHeldUp(position: Position, mark: Position | undefined): boolean {
  return mark !== undefined && comparePositions(position, mark) >= 0
}

/** The smaller of two positions; the other where one is undefined. */
export function smaller(first: Position | undefined, second: Position | undefined): Position | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return comparePositions(first, second) <= 0 ? first : second
}

/** Whether a position is another, or comes after it. @param depth how many of its components count */
function isFrom(other: Position, position: readonly number[], depth: number): boolean {
  for (let index = 0; index < other.length; index++) {
    if (index >= depth) return false
    const [one = 0, another = 0] = [position[index], other[index]]
    if (one !== another) return one > another
  }
  return true
}

/** Whether a position is another, or comes of it. */
export function isWithin(position: Position, other: Position): boolean {
  return other.every((part, index) => position[index] === part)
}
