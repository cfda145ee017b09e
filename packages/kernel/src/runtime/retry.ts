import type { MillraceError } from '@millrace/contracts'
import type { Root, RootOwner } from '../runner/root.js'

/** How a dead letter is sent again. */
export interface RetryOptions {
  /** How long all that comes of it may take, in milliseconds; 24 days at most. @default 60_000 */
  readonly timeoutMs?: number
}

/** What became of a dead letter that was sent again: it is dropped. */
export interface RetryEnd {
  /** The letter that has taken its place, because the same node could not handle the message again. */
  readonly letter: string | undefined
}

/** What a retry is made of. */
export interface RetryParts {
  /** Name of the node that has given the message up. */
  readonly node: string
  /** Id of the letter. */
  readonly letter: string
  /** How often it was sent again before. */
  readonly retries: number
  /** Hears of a reply that nobody waits for. */
  readonly unclaimed: (type: number) => void
  /** Hears of the failure, once. */
  readonly failed: (root: Root, error: MillraceError) => void
  /** Nothing of it is left. */
  readonly ended: (root: Root, retry: Retry) => void
}

/** Owns the root that a dead letter's message is sent again in. */
export class Retry implements RootOwner {
  readonly node: string
  readonly letter: string
  readonly retries: number
  /** The letter that takes the place of this one: the node could not handle the message again. */
  successor: string | undefined
  readonly #parts: RetryParts

  constructor(parts: RetryParts) {
    this.#parts = parts
    this.node = parts.node
    this.letter = parts.letter
    this.retries = parts.retries
  }

  reply(_root: Root, type: number): void {
    this.#parts.unclaimed(type)
  }

  replied(_root: Root, type: number): void {
    this.#parts.unclaimed(type)
  }

  failed(root: Root, error: MillraceError): void {
    this.#parts.failed(root, error)
  }

  ended(root: Root): void {
    this.#parts.ended(root, this)
  }
}
