import type { Root } from './root.js'

/**
 * Counts what has come of a message and is not done. A synchronous chain adds nothing: only what must wait is a part.
 *
 * S1  `parts` is one for the emitting itself and one for each child that waits somewhere.
 * S2  It ends exactly once, when the last part is done; then its own parent has one part less.
 */
export abstract class Subtree {
  abstract readonly root: Root
  parts = 1

  /** Another part begins to wait. */
  add(): void {
    this.parts++
  }

  /** A part is done, with everything that came of it. */
  partDone(): void {
    if (--this.parts === 0) this.ended()
    else this.eased()
  }

  /** Nothing is left. */
  protected abstract ended(): void

  /** A part is done and others are left. */
  protected eased(): void {}
}
