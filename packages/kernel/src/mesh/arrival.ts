import type { Root } from '../runner/root.js'
import { Subtree } from '../runner/subtree.js'
import type { LinkSession } from './link-session.js'

/** An envelope from another worker, and everything that comes of it here: when that is done, it is acknowledged. */
export class Arrival extends Subtree {
  readonly root: Root
  readonly #session: LinkSession
  readonly #ticket: number | undefined

  constructor(root: Root, session: LinkSession, ticket: number | undefined) {
    super()
    this.root = root
    this.#session = session
    this.#ticket = ticket
    root.add()
  }

  protected override ended(): void {
    if (this.#ticket !== undefined) this.#session.acknowledge(this.#ticket)
    this.root.partDone()
  }
}
