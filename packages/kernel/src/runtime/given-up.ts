import { type EventEmitter, isMillraceError, type MessageType, MillraceError } from '@millrace/contracts'
import type { NodeRun } from '../runner/node-run.js'
import type { FailedMessage } from '../runner/runner.js'
import type { Subtree } from '../runner/subtree.js'
import type { Work } from '../runner/work.js'
import type { WrittenLetter } from './dead-letters.js'
import { reasonOf } from './reason-of.js'

/** What was given up, counted since the start. */
export interface GivenUpCounters {
  readonly dropped: number
  readonly deadLettered: number
  readonly unclaimed: number
}

/** What giving up needs. */
export interface GivenUpParts {
  readonly types: readonly MessageType[]
  readonly events: EventEmitter
  /** Undefined where there are no dead letters. @throws what keeps it from being written */
  readonly deadLetter: (node: string, error: MillraceError, message: FailedMessage) => WrittenLetter | undefined
  /** Has work done in its turn. */
  readonly later: (work: Work) => void
}

/** The messages that go no further although their roots have not failed: dropped, kept as dead letters, or wanted by nobody. */
export class GivenUp {
  readonly #parts: GivenUpParts
  readonly #counters = { dropped: 0, deadLettered: 0, unclaimed: 0 }

  constructor(parts: GivenUpParts) {
    this.#parts = parts
  }

  counters(): GivenUpCounters {
    return { ...this.#counters }
  }

  /** A node could not handle a message, and says `drop` or `dead_letter`. @param over as of {@link GivenUp.deadLetter} */
  handlerFailed(run: NodeRun, error: MillraceError, message: FailedMessage, over: () => void): void {
    if (run.onError === 'dead_letter') return this.deadLetter(run.name, error, message, over)
    this.#counters.dropped++
    this.#parts.events.emit('message.dropped', factsOf(run.name, error, message))
    over()
  }

  /**
   * A message becomes a dead letter of a node; where it cannot, its root fails.
   *
   * @param over hears from within work that it has become one, or that its root has failed
   */
  deadLetter(node: string, error: MillraceError, message: FailedMessage, over: () => void): void {
    const isLost = (thrown: unknown): void => {
      message.root.failAt(message.position, deadLetterLost(node, thrown))
      over()
    }
    let letter: WrittenLetter | undefined
    try {
      letter = this.#parts.deadLetter(node, error, message)
    } catch (thrown) {
      return isLost(thrown)
    }
    const isKept = (): void => {
      this.#counters.deadLettered++
      this.#parts.events.emit('message.dead_lettered', { ...factsOf(node, error, message), letter: letter?.id ?? null })
      over()
    }
    if (letter?.kept === undefined) isKept()
    else this.#awaitLetter(letter.kept, message.subtree, isKept, isLost)
  }

  /** A reply had neither consumer nor waiter. */
  unclaimed(type: number): void {
    this.#counters.unclaimed++
    this.#parts.events.emit('reply.unclaimed', { type: this.#parts.types[type]?.name ?? '' })
  }

  /** What the message is a part of is not done, here and for whoever sent it, before its letter is kept. */
  #awaitLetter(kept: Promise<void>, subtree: Subtree, isKept: () => void, isLost: (thrown: unknown) => void): void {
    const later = (tell: () => void): void =>
      this.#parts.later({
        run() {
          tell()
          subtree.partDone()
        },
      })
    subtree.add()
    kept.then(
      () => later(isKept),
      (thrown: unknown) => later(() => isLost(thrown)),
    )
  }
}

function factsOf(node: string, error: MillraceError, { root }: FailedMessage) {
  return { node, code: error.code, reason: reasonOf(error), trace: root.traceId }
}

/** A message that can be neither handled nor kept must not vanish: its root fails. */
function deadLetterLost(node: string, thrown: unknown): MillraceError {
  const what = `a dead letter of node '${node}' could not be written`
  const why = isMillraceError(thrown) ? `: ${thrown.message}` : '; free some space, or choose another dead_letters.path'
  return new MillraceError('NODE_FAILED', what + why, { cause: thrown, facts: { node } })
}
