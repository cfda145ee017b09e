import type { SinkReport } from '@millrace/contracts'
import type { Ledger } from '../ledger/ledger.js'
import { within } from './deadline.js'
import type { Sources } from './sources.js'
import type { Working } from './working.js'

/** What a run is made of. */
export interface InlineRunParts {
  /** Records what is done here; undefined where nothing outlives the process. */
  readonly ledger: Ledger | undefined
  /** How long what a failure has left behind may take to end, in milliseconds. */
  readonly gracefulMs: number
}

/** A run of what is in this process: its sources come to their end, and after them its sinks. */
export class InlineRun {
  readonly #parts: InlineRunParts
  #completing: Promise<Readonly<Record<string, SinkReport>>> | undefined

  constructor(parts: InlineRunParts) {
    this.#parts = parts
  }

  /** How many messages each source has sent, when nothing of them is left anywhere; rejects with the first failure. */
  async sourcesEnded({ sources, inFlight }: Working): Promise<Readonly<Record<string, number>>> {
    await this.#ended(sources)
    if (sources.failure !== undefined) throw sources.failure
    await inFlight.idle()
    return sources.roots
  }

  /** Lets the sinks finish, once. @throws MillraceError the first failure */
  completeSinks(working: () => Working): Promise<Readonly<Record<string, SinkReport>>> {
    this.#completing ??= this.#completeOnce(working())
    return this.#completing
  }

  /** Sinks that are being completed are not closed before they are done; whoever runs hears of their failure. */
  async completed(): Promise<void> {
    await this.#completing?.catch(() => undefined)
  }

  /** After a failure, what it has left behind must end within the time that a drain has too. */
  async #ended(sources: Sources): Promise<void> {
    await Promise.race([sources.ended, sources.stopping])
    if (!(await within(this.#parts.gracefulMs, sources.ended))) sources.giveUp()
  }

  /** What the sinks were given is kept before they are done, so that whoever goes on after a crash finds them as they are. */
  async #completeOnce({ sinks }: Working): Promise<Readonly<Record<string, SinkReport>>> {
    await this.#parts.ledger?.settled()
    return sinks.complete()
  }
}
