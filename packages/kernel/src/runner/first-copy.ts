import type { Root } from './root.js'
import { Subtree } from './subtree.js'

/** The first copy of a message at an ordered node, and everything that comes of it: what its repeats wait for. */
export class FirstCopy extends Subtree {
  readonly root: Root
  readonly #parent: Subtree
  readonly #done: (copy: FirstCopy) => void
  #repeats: Subtree[] | undefined

  /**
   * @param parent that it is a part of, counted already
   * @param done hears when nothing is left of it, before those who wait for it do
   */
  constructor(parent: Subtree, done: (copy: FirstCopy) => void) {
    super()
    this.root = parent.root
    this.#parent = parent
    this.#done = done
  }

  /** A repeat has come before it is done. */
  join(repeat: Subtree): void {
    repeat.add()
    this.#repeats ??= []
    this.#repeats.push(repeat)
  }

  protected override ended(): void {
    this.#done(this)
    this.#parent.partDone()
    for (const repeat of this.#repeats ?? []) repeat.partDone()
  }
}
