import type { Link, LinkListener, LinkRecord, SlotId } from '@millrace/contracts'
import type { Commits } from './commits.js'

/** A link of a worker that records what it does: what is sent leaves when all that was recorded before it has been kept. */
export class GatedLink implements Link {
  readonly local: SlotId
  readonly peer: SlotId
  readonly incarnation: number | undefined
  readonly #link: Link
  readonly #commits: Commits

  constructor(link: Link, commits: Commits) {
    this.local = link.local
    this.peer = link.peer
    this.incarnation = link.incarnation
    this.#link = link
    this.#commits = commits
  }

  send(record: LinkRecord): void {
    this.#commits.leave(() => this.#link.send(record))
  }

  listen(listener: LinkListener): void {
    this.#link.listen(listener)
  }

  async close(): Promise<void> {
    await this.#commits.settled()
    await this.#link.close()
  }

  lose(): void {
    this.#link.lose()
  }
}
