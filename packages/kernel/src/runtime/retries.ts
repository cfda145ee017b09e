import {
  type EventEmitter,
  isMillraceError,
  type MessageType,
  MillraceError,
  type Position,
  type Tracing,
} from '@millrace/contracts'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import type { Meters } from '../metrics/meters.js'
import { estimateBytes } from '../payload/size-limit.js'
import { Root } from '../runner/root.js'
import type { Engine } from './engine.js'
import type { InFlight } from './in-flight.js'
import { requirePossible } from './possible-timeout.js'
import { reasonOf } from './reason-of.js'
import { Retry, type RetryEnd, type RetryOptions } from './retry.js'
import { retryTarget } from './retry-target.js'
import { rootSpan } from './root-span.js'

/** What retries are made of. */
export interface RetriesParts {
  readonly engine: Engine
  readonly types: readonly MessageType[]
  readonly inFlight: InFlight
  readonly events: EventEmitter
  readonly meters: Meters
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** Drops a letter from where this application keeps them. */
  readonly drop: (id: string) => void | Promise<void>
}

/** How long all that comes of a letter may take where nobody says otherwise, in milliseconds. */
export const defaultRetryMs = 60_000

/**
 * Sends dead letters to their nodes again.
 *
 * T1  The message is a root of its own, which begins at the node. It has a deadline and no waiter: its replies are unclaimed.
 * T2  Admission counts it. It is not refused, as a request is, but waits, before the sources.
 * T3  The letter is dropped after nothing of the root is left, and only where the root has not failed. Where the node fails again,
 *     the letter that is written then says which one it replaces.
 */
export class Retries {
  readonly #parts: RetriesParts
  /** What has no place yet. */
  readonly #waiting = new Set<Root>()

  constructor(parts: RetriesParts) {
    this.#parts = parts
  }

  /** @throws MillraceError as `Runtime.retry` */
  async retry(letter: DeadLetter, { timeoutMs = defaultRetryMs }: RetryOptions): Promise<RetryEnd> {
    requirePossible(timeoutMs)
    const { engine, types, tracing, clock } = this.#parts
    const { node, type } = retryTarget(engine.graph, letter)
    const messageType = types[type]
    const run = engine.run(node)
    if (run === undefined || messageType === undefined) throw new RangeError(`node '${letter.node}' does not run here`)
    const payload = engine.entryCheck(type)(payloadOf(letter, messageType))
    const position = positionOf(letter)
    let timer: NodeJS.Timeout | undefined
    return await new Promise<RetryEnd>((resolve, reject) => {
      const retry = this.#owner(letter, resolve, reject)
      const traceId = /^[0-9a-f]{32}$/.test(letter.trace) ? letter.trace : undefined
      const root = new Root(retry, undefined, position[0] ?? 0, clock() + timeoutMs, traceId)
      root.record(rootSpan(tracing, 'retry', messageType, { traceId }))
      timer = setTimeout(() => root.fail(late(letter, timeoutMs)), timeoutMs)
      this.#enterInTurn(root, estimateBytes(payload), () => {
        engine.runner.arrive(run, engine.arrivalRoute(type), payload, root, { position, cause: root.span })
      })
    }).finally(() => clearTimeout(timer))
  }

  /** Gives up what has no place yet. */
  close(reason: MillraceError): void {
    for (const root of this.#waiting) root.fail(reason)
  }

  #enterInTurn(root: Root, bytes: number, enter: () => void): void {
    const { inFlight } = this.#parts
    const work = {
      run: (): void => {
        if (root.failure === undefined && inFlight.full) return inFlight.blockFirst(work)
        this.#waiting.delete(root)
        if (root.failure !== undefined) return root.partDone()
        inFlight.add(root, bytes)
        enter()
      },
    }
    this.#waiting.add(root)
    work.run()
  }

  async #drop(id: string): Promise<void> {
    await this.#parts.drop(id)
  }

  #owner({ id, node, retries }: DeadLetter, resolve: (end: RetryEnd) => void, reject: (error: Error) => void): Retry {
    const { engine, inFlight, meters, events } = this.#parts
    return new Retry({
      node,
      letter: id,
      retries,
      unclaimed: (type) => engine.unclaimed(type),
      failed(root, error) {
        meters.failed(error)
        events.emit('root.failed', { ...error.facts, code: error.code, reason: reasonOf(error), trace: root.traceId })
        reject(error)
      },
      ended: (root, { successor }) => {
        inFlight.remove(root)
        if (root.failure !== undefined) return
        this.#drop(id).then(
          () => {
            if (successor === undefined) events.emit('message.retried', { node, letter: id, trace: root.traceId })
            resolve({ letter: successor })
          },
          (thrown: unknown) => reject(stillThere(id, thrown)),
        )
      },
    })
  }
}

function payloadOf({ payload }: DeadLetter, { encoding }: MessageType): unknown {
  const { base64 } = (payload ?? {}) as { readonly base64?: unknown } // whatever has fields can be asked for one
  return encoding === 'bytes' && typeof base64 === 'string' ? new Uint8Array(Buffer.from(base64, 'base64')) : payload
}

/** Where the message stood; what a file says may be anything. */
function positionOf({ position }: DeadLetter): Position {
  return position.length > 0 && position.every((part) => Number.isSafeInteger(part) && part >= 0) ? position : [0, 0]
}

function late({ id, node }: DeadLetter, timeoutMs: number): MillraceError {
  return new MillraceError(
    'REPLY_TIMEOUT',
    `not all that comes of dead letter ${id} was done within ${timeoutMs} ms, so it stays; allow more, or find what waits`,
    { facts: { node, timeoutMs } },
  )
}

function stillThere(id: string, thrown: unknown): MillraceError {
  const why = isMillraceError(thrown) ? ` (${thrown.message})` : ''
  return new MillraceError(
    'BACKEND_UNAVAILABLE',
    `dead letter ${id} was sent again and all that came of it is done, but it could not be dropped${why}; drop it before it is sent once more`,
    { cause: thrown },
  )
}
