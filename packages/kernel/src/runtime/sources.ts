import type { EventEmitter, MillraceError } from '@millrace/contracts'
import type { Meters } from '../metrics/meters.js'
import { reasonOf } from './reason-of.js'
import type { SourcePump } from './source-pump.js'

/** A source at work, by its name. */
export interface NamedPump {
  readonly name: string
  readonly pump: SourcePump
}

/** The sources of one runtime: they run together, and the first failure of a root or of a source ends them all. */
export class Sources {
  /** Resolves when every source is exhausted or stopped and nothing that it sent is left. */
  readonly ended: Promise<void>
  /** Resolves when the sources shall stop before their end. */
  readonly stopping: Promise<void>
  /** Aborts then too. */
  readonly signal: AbortSignal
  readonly #events: EventEmitter
  readonly #meters: Meters
  readonly #abort = new AbortController()
  readonly #pumps: NamedPump[] = []
  #left = 0
  #tellEnded: () => void = () => undefined
  #failure: MillraceError | undefined

  constructor(events: EventEmitter, meters: Meters) {
    this.#events = events
    this.#meters = meters
    this.signal = this.#abort.signal
    this.stopping = new Promise((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }))
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve
    })
  }

  /** What ended the run before its end; undefined while nothing has. */
  get failure(): MillraceError | undefined {
    return this.#failure
  }

  /** How many messages each source has sent. */
  get roots(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#pumps.map(({ name, pump }) => [name, pump.roots]))
  }

  /** Starts them all; those started later take part in the same run. */
  start(pumps: readonly NamedPump[]): void {
    this.#pumps.push(...pumps)
    this.#left = pumps.length
    if (pumps.length === 0) this.#tellEnded()
    for (const { pump } of pumps) pump.start()
  }

  /** Nothing more is read; what is in flight is finished. Nothing is left of those that were never started. */
  stop(reason: MillraceError): void {
    if (this.#left === 0) return this.#tellEnded()
    this.#failure ??= reason
    this.#abort.abort(reason)
    for (const { pump } of this.#pumps) pump.stop(reason)
  }

  /** Whatever is left of them is not waited for any longer. */
  giveUp(): void {
    this.#tellEnded()
  }

  /** A root or a source failed. */
  failed(error: MillraceError, trace: string | undefined): void {
    if (this.#failure !== undefined) return
    this.#meters.failed(error)
    const traced = trace === undefined ? {} : { trace }
    this.#events.emit('root.failed', { ...error.facts, code: error.code, reason: reasonOf(error), ...traced })
    this.stop(error)
  }

  /** One source has ended and nothing of it is left. */
  sourceEnded({ name, pump }: NamedPump, error: MillraceError | undefined): void {
    if (error === undefined) this.#events.emit('source.exhausted', { source: name, roots: pump.roots })
    this.#left--
    if (this.#left === 0) this.#tellEnded()
  }
}
