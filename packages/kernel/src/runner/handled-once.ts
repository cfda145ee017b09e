import type { MillraceError, Position } from '@millrace/contracts'
import { Expiring } from './expiring.js'
import { FirstCopy } from './first-copy.js'
import type { Root } from './root.js'
import type { Subtree } from './subtree.js'

/** How long a message that has no deadline may come again, in milliseconds. */
export const noDeadlineMs = 600_000
/** The same beyond the deadline of one that has one. */
const graceMs = 5000

/** How long a message of a root may still come again, in milliseconds. @param now by the clock of its worker */
export function mayComeAgainMs({ deadline }: Root, now: number): number {
  return deadline === undefined ? noDeadlineMs : deadline - now + graceMs
}

/** A message that a node was called with. */
interface Handled {
  readonly key: string
  /** Until when it may come again, by the clock of the worker. */
  readonly until: number
  /** All that comes of it; undefined once that is done. */
  copy: FirstCopy | undefined
  /** What its root had failed with by then. */
  failure: MillraceError | undefined
}

/**
 * What the ordered nodes of a worker have handled of single requests, where somebody sends again: these have no place in an order
 * that a repeat could be told by.
 *
 * H1  A repeat is dropped, and done when everything that comes of the first copy is done.
 * H2  Where the root of the first copy has failed by then, that of the repeat fails too: who sends it again may not have heard.
 * H3  What can come no more is forgotten.
 */
export class HandledOnce {
  readonly #clock: () => number
  readonly #handled = new Map<string, Handled>()
  readonly #expiring = new Expiring<Handled>()
  #repeats = 0

  /** @param clock of the worker, monotonic, in milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** How many messages it knows. */
  get size(): number {
    return this.#handled.size
  }

  /** How many repeats it has dropped. */
  get repeats(): number {
    return this.#repeats
  }

  /**
   * A message has come to a node.
   *
   * @param subtree that it is a part of; its root is known to other workers
   * @returns what everything that the node makes of it is a part of, one part of it taken; undefined for a repeat
   */
  begin(node: number, position: Position, subtree: Subtree): Subtree | undefined {
    const { root } = subtree
    const now = this.#clock()
    this.#forget(now)
    const key = `${root.origin}${root.number} ${node} ${position.join()}`
    const known = this.#handled.get(key)
    if (known === undefined) return this.#first(key, now, subtree)
    this.#repeats++
    if (known.copy !== undefined) known.copy.join(subtree)
    else if (known.failure !== undefined) root.fail(known.failure)
    return undefined
  }

  #first(key: string, now: number, subtree: Subtree): FirstCopy {
    const until = now + mayComeAgainMs(subtree.root, now)
    const handled: Handled = { key, until, copy: undefined, failure: undefined }
    subtree.add()
    handled.copy = new FirstCopy(subtree, ({ root }) => {
      handled.copy = undefined
      handled.failure = root.failure
    })
    this.#handled.set(key, handled)
    this.#expiring.add(handled, now)
    return handled.copy
  }

  #forget(now: number): void {
    for (let over = this.#expiring.take(now); over !== undefined; over = this.#expiring.take(now))
      this.#handled.delete(over.key)
  }
}
