import assert from 'node:assert/strict'
import type { Endpoint, Link, LinkRecord, SlotId } from '@millrace/contracts'
import { assertSame } from '../assert-same.js'
import { type SuiteSettings, suiteSettings } from '../test-runner.js'
import { within } from '../within.js'
import { createHeard, type Heard } from './heard.js'
import type { OpenTransports, TransportHarness } from './transport-harness.js'

/** One test of the transport suite. */
export interface TransportCase {
  readonly title: string
  run(world: TransportWorld): Promise<void>
}

/** Both ends of a link: the one that dialled is near. */
export interface LinkEnds {
  readonly near: Link
  readonly far: Link
}

/** Both ends of a link, and what each of them has heard. */
export interface HeardLink extends LinkEnds {
  readonly nearHeard: Heard
  readonly farHeard: Heard
}

/** What a slot offers, and who waits for a link to it. */
interface Offer {
  readonly endpoint: Endpoint
  readonly waiting: Map<SlotId, (link: Link) => void>
}

/** The transports of one test and the links between them. */
export class TransportWorld {
  readonly transports: OpenTransports
  readonly settings: SuiteSettings
  readonly maxPayloadBytes: number
  readonly #offers = new Map<SlotId, Offer>()
  readonly #listeners: { readonly name: string; readonly heard: Heard }[] = []

  constructor(transports: OpenTransports, harness: TransportHarness) {
    this.transports = transports
    this.settings = suiteSettings(harness)
    this.maxPayloadBytes = harness.maxPayloadBytes ?? 1_048_576
  }

  /** Connects two slots; nobody listens to the link yet. */
  async connect(nearSlot: SlotId = 'near#1', farSlot: SlotId = 'far#1'): Promise<LinkEnds> {
    const offer = await this.#offer(farSlot)
    const accepted = new Promise<Link>((resolve) => offer.waiting.set(nearSlot, resolve))
    const dialled = this.transports.dialling.dial(nearSlot, offer.endpoint, this.deadline())
    const [near, far] = await this.soon(`a link from ${nearSlot} to ${farSlot}`, Promise.all([dialled, accepted]))
    return { near, far }
  }

  /** Connects two slots and listens to both ends. */
  async link(nearSlot?: SlotId, farSlot?: SlotId): Promise<HeardLink> {
    const { near, far } = await this.connect(nearSlot, farSlot)
    return { near, far, nearHeard: this.hear(near), farHeard: this.hear(far) }
  }

  /** Listens to a link; that it has heard one end, and nothing after it, is checked when the test is over. */
  hear(link: Link, onRecord?: (record: LinkRecord) => void): Heard {
    const name = `${link.local} (linked to ${link.peer})`
    const heard = createHeard(name, this.settings.patienceMs, onRecord)
    this.#listeners.push({ name, heard })
    link.listen(heard)
    return heard
  }

  /** Loses a link and waits until both ends know. */
  async lose({ near, far, nearHeard, farHeard }: HeardLink): Promise<void> {
    await this.transports.loseLink(far.local, near.local)
    assertSame('the end of the one that dialled', await nearHeard.ended(), 'lost')
    assertSame('the end of the one that was dialled', await farHeard.ended(), 'lost')
  }

  /** Waits for what must happen soon. */
  soon<T>(what: string, promised: Promise<T>): Promise<T> {
    return within(this.settings.patienceMs, what, promised)
  }

  /** A deadline as long as the patience of this test. */
  deadline(): AbortSignal {
    return AbortSignal.timeout(this.settings.patienceMs)
  }

  async close(): Promise<void> {
    const { listening, dialling } = this.transports
    await this.soon('closing both transports', Promise.all([dialling.close(), listening.close()]))
  }

  checkEnds(): void {
    for (const { name, heard } of this.#listeners) {
      assert.equal(
        heard.ends.length,
        1,
        `${name} must hear the end exactly once (it heard ${heard.ends.join(', ') || 'none'})`,
      )
      assert.equal(heard.afterEnd, 0, `${name} must hear nothing after the end`)
    }
  }

  async #offer(slot: SlotId): Promise<Offer> {
    const known = this.#offers.get(slot)
    if (known !== undefined) return known
    const waiting: Offer['waiting'] = new Map()
    const { endpoint } = await this.transports.listening.listen(slot, (link) => waiting.get(link.peer)?.(link))
    const offer = { endpoint, waiting }
    this.#offers.set(slot, offer)
    return offer
  }
}

/** Runs one test with fresh transports, closes them, and checks what must be true after every test. */
export async function runTransportCase(transportCase: TransportCase, harness: TransportHarness): Promise<void> {
  const world = new TransportWorld(await harness.open(), harness)
  try {
    await transportCase.run(world)
  } catch (error) {
    // The first failure is the one to show: a transport that broke may also fail to close.
    await world.close().catch(() => undefined)
    throw error
  }
  await world.close()
  world.checkEnds()
}
