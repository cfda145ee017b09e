import {
  type Endpoint,
  type Link,
  type Listener,
  MillraceError,
  type SlotId,
  type Transport,
  type WorkQueue,
} from '@millrace/contracts'
import { createMemoryLinkPair, type MemoryLinkPair } from './memory-link.js'
import { createRingQueue } from './ring-queue.js'

/** How a memory transport hands records over. */
export interface MemoryTransportOptions {
  /**
   * Runs a batch later: once, and not before it has returned. It is called once for each batch of each direction, and once
   * more where only an end is to be heard. A test passes a seeded scheduler: runs of one direction never overtake each
   * other, whatever it does. @default setImmediate
   */
  readonly schedule?: (run: () => void) => void
  /**
   * True to copy each payload through JSON, or byte by byte, as it is sent; `send` then throws PAYLOAD_INVALID for a
   * payload that JSON cannot carry. @default false: payloads pass by reference
   */
  readonly serialise?: boolean
}

/** The carrier between slots of one process, with the two faults that a test needs. */
export interface MemoryTransport extends Transport {
  readonly profile: 'memory'
  /**
   * Loses the link between two slots: what was not yet handed over is gone, and both ends hear `lost`.
   *
   * @returns false when there was no link to lose
   */
  sever(first: SlotId, second: SlotId): boolean
  /**
   * Lets a slot die as a killed process does: it is not open any longer, its ends hear nothing more, not even `end`, and
   * their peers hear `lost`. The slot may be opened again by a replacement.
   */
  crash(slot: SlotId): void
}

/** Makes a carrier whose slots see each other, and no slot of another memory transport. */
export function createMemoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  return new MemoryHub({
    schedule: options.schedule ?? ((run) => void setImmediate(run)),
    serialise: options.serialise ?? false,
  })
}

type Accept = (link: Link) => void

/** A slot that is open. Its identity tells one listener from the next. */
interface Offer {
  readonly accept: Accept
}

class MemoryHub implements MemoryTransport {
  readonly profile = 'memory'
  readonly #settings: Required<MemoryTransportOptions>
  readonly #offers = new Map<SlotId, Offer>()
  readonly #pairs = new Map<string, MemoryLinkPair>()
  #phase: 'open' | 'closed' = 'open'

  constructor(settings: Required<MemoryTransportOptions>) {
    this.#settings = settings
  }

  createQueue<Item>(): WorkQueue<Item> {
    return createRingQueue<Item>()
  }

  async listen(slot: SlotId, accept: Accept): Promise<Listener> {
    this.#checkOpen(`slot ${slot} cannot be opened`)
    if (this.#offers.has(slot))
      throw new MillraceError(
        'HANDOFF_TRANSPORT',
        `slot ${slot} cannot be opened, because it is open already; close its listener first`,
        { facts: { slot } },
      )
    const offer = { accept }
    this.#offers.set(slot, offer)
    return {
      endpoint: { slot, address: `memory:${slot}` },
      close: async () => {
        if (this.#offers.get(slot) === offer) this.#offers.delete(slot)
      },
    }
  }

  async dial(from: SlotId, to: Endpoint, signal: AbortSignal): Promise<Link> {
    // A turn passes before anything else: `accept` never runs inside `dial`.
    await undefined
    let earlier = this.#endingPair(from, to.slot)
    while (earlier !== undefined && !signal.aborted) {
      await settledOrAborted(earlier.ended, signal)
      earlier = this.#endingPair(from, to.slot)
    }
    return this.#connect(from, to.slot, signal)
  }

  sever(first: SlotId, second: SlotId): boolean {
    const pair = this.#pairs.get(pairKey(first, second))
    pair?.lose()
    return pair !== undefined
  }

  crash(slot: SlotId): void {
    this.#offers.delete(slot)
    for (const pair of this.#pairs.values()) {
      if (pair.near.local === slot) pair.near.die()
      else if (pair.far.local === slot) pair.far.die()
      else continue
      pair.lose()
    }
  }

  async close(): Promise<void> {
    this.#phase = 'closed'
    this.#offers.clear()
    await Promise.all(Array.from(this.#pairs.values(), (pair) => pair.close()))
  }

  /** An earlier link that has not ended on both sides: nobody is handed a second link before the end of the first. */
  #endingPair(from: SlotId, to: SlotId): MemoryLinkPair | undefined {
    const pair = this.#pairs.get(pairKey(from, to))
    return pair?.isOpen() ? undefined : pair
  }

  #connect(from: SlotId, to: SlotId, signal: AbortSignal): Link {
    this.#checkOpen(`slot ${from} cannot be linked to ${to}`)
    if (signal.aborted) throw refusal(from, to, 'because the dial was given up', signal.reason)
    if (this.#pairs.has(pairKey(from, to))) throw refusal(from, to, 'because they have a link already; use that one')
    const offer = this.#offers.get(to)
    if (offer === undefined)
      throw refusal(from, to, 'because nobody listens there; start the worker of that slot first')
    const pair = createMemoryLinkPair(from, to, this.#settings)
    this.#keep(pair)
    try {
      offer.accept(pair.far)
    } catch (error) {
      pair.lose()
      throw refusal(from, to, 'because it failed to accept the link; the cause says why', error)
    }
    return pair.near
  }

  #keep(pair: MemoryLinkPair): void {
    const key = pairKey(pair.near.local, pair.far.local)
    this.#pairs.set(key, pair)
    void pair.ended.then(() => this.#pairs.delete(key))
  }

  #checkOpen(what: string): void {
    if (this.#phase === 'open') return
    throw new MillraceError('HANDOFF_TRANSPORT', `${what}, because the memory transport is closed; make a new one`)
  }
}

function pairKey(first: SlotId, second: SlotId): string {
  return JSON.stringify(first < second ? [first, second] : [second, first])
}

function settledOrAborted(settled: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    void settled.then(done)
  })
}

function refusal(from: SlotId, to: SlotId, why: string, cause?: unknown): MillraceError {
  return new MillraceError('HANDOFF_TRANSPORT', `slot ${from} cannot be linked to ${to}, ${why}`, {
    facts: { from, slot: to },
    cause,
  })
}
