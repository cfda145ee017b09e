import { MillraceError } from '@millrace/contracts'
import type { RetryEnd } from './retry.js'

/** How many letters are sent again at once, over all who ask. */
const mostUnderWay = 64

/** How many that were sent again are remembered, so that a list which is older than that does no harm. */
const mostRemembered = 100_000

/**
 * The dead letters that are being sent again, and those that were: two that have read the same list do not send one twice.
 */
export class RetryLedger {
  readonly #underWay = new Set<string>()
  readonly #done = new Set<string>()
  #closed: MillraceError | undefined
  #idle: (() => void)[] = []

  /**
   * Sends a letter again.
   *
   * @throws MillraceError RETRY_REFUSED, OVERLOADED, what the ledger was closed with, what `send` throws
   */
  async run(id: string, send: () => Promise<RetryEnd>): Promise<RetryEnd> {
    this.#check(id)
    this.#underWay.add(id)
    try {
      const end = await send()
      this.#remember(id)
      return end
    } finally {
      this.#underWay.delete(id)
      if (this.#underWay.size === 0) for (const tell of this.#idle.splice(0)) tell()
    }
  }

  /** Refuses what is new. Resolves when nothing is under way. */
  close(reason: MillraceError): Promise<void> {
    this.#closed ??= reason
    if (this.#underWay.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #check(id: string): void {
    if (this.#closed !== undefined) throw this.#closed
    if (this.#underWay.has(id)) throw refused(id, 'it is being sent again already, by somebody else')
    if (this.#done.has(id)) throw refused(id, 'it was sent again already; read the list anew')
    if (this.#underWay.size >= mostUnderWay)
      throw new MillraceError('OVERLOADED', `${mostUnderWay} dead letters are being sent again already; wait for them`)
  }

  #remember(id: string): void {
    this.#done.add(id)
    if (this.#done.size <= mostRemembered) return
    const [oldest = ''] = this.#done
    this.#done.delete(oldest)
  }
}

function refused(id: string, why: string): MillraceError {
  return new MillraceError('RETRY_REFUSED', `dead letter ${id} is not sent again: ${why}`)
}
