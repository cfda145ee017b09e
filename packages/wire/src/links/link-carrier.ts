import {
  type Endpoint,
  isMillraceError,
  type Link,
  type LinkRecord,
  type Listener,
  MillraceError,
  type Profile,
  type SlotId,
  type Transport,
  type WorkQueue,
} from '@millrace/contracts'
import type { Session } from '../session.js'
import type { WireClock } from '../wire-clock.js'
import { type ConnectionClock, startConnectionClock } from './connection-clock.js'
import { EmptyWatch } from './empty-watch.js'
import { FrameLink, type LinkObserver, throwOutside } from './frame-link.js'
import type { FrameStream } from './frame-stream.js'
import type { Handshakes } from './handshakes.js'
import { createHeadedQueue } from './headed-queue.js'
import { Incoming, type IncomingObserver } from './incoming.js'
import type { LinkTransportSettings } from './link-settings.js'
import { Outgoing, type OutgoingObserver } from './outgoing.js'
import { PairTable, type StandingLink } from './pair-table.js'
import { Refusals } from './refusals.js'
import { Unfinished } from './unfinished.js'

/** How long a link may stand still while its transport is being closed. */
const farewellMs = 1000

/** A carrier between processes. */
export interface LinkTransport<Name extends Profile = Profile> extends Transport {
  readonly profile: Name
  /** How often frames and peers were refused since it was made, by code. */
  refusals(): Readonly<Record<string, number>>
}

/** Is handed each stream that somebody has begun to a slot, and the clock of its connection. */
export type OnStream = (stream: FrameStream, clock: ConnectionClock) => void

/** A slot that can be dialled. */
export interface OpenedSlot {
  /** What its peers dial, such as `tcp://127.0.0.1:PORT`. */
  readonly address: string
  /** Nobody can dial it any longer; what is linked with it stays so. Resolves when nothing is left of it. May be called more than once. */
  close(): Promise<void>
}

/** Begins a stream. What is written at once waits until it is connected; `gone` of its receiver says that it never will be. */
export type Connect = (clock: ConnectionClock) => FrameStream

/** Brings streams about: what carriers of links differ in. */
export interface Streams {
  /**
   * Opens a slot, at a port of loopback where the carrier has ports, 0 for any free one. Fails with anything when that cannot be
   * had, and with a MillraceError where it says more.
   */
  open(slot: SlotId, port: number, onStream: OnStream): Promise<OpenedSlot>
  /** The way from a slot to an endpoint; undefined where its address is none of this carrier. */
  way(from: SlotId, to: Endpoint): Connect | undefined
  /** Gives back what the streams had in common, when the last of them is gone. */
  close?(): Promise<void>
}

/** What streams are made with. */
export interface StreamsParts {
  readonly clock: WireClock
  /** Ticks for every stream of the transport. */
  readonly watch: EmptyWatch
  /** Somebody was refused before there was a stream; hears why. */
  readonly refused: (error: MillraceError) => void
}

/** What a carrier of links is made with, whoever signs them. */
export type CarrierSettings = Pick<
  LinkTransportSettings,
  'bindPort' | 'maxPayloadBytes' | 'ttlMs' | 'events' | 'clock' | 'batchEvents'
>

/** What a carrier of links is made of. */
export interface CarrierParts<Name extends Profile> {
  readonly profile: Name
  readonly settings: CarrierSettings
  readonly handshakes: Handshakes
  readonly streams: (parts: StreamsParts) => Streams
}

type Accept = (link: Link) => void

/** A slot of this transport, and the connections to it that are no links yet. */
interface LocalSlot {
  readonly slot: SlotId
  readonly incoming: Set<Incoming>
  readonly accept: Accept
  opened: OpenedSlot | undefined
}

/**
 * Makes a carrier of links over streams and handshakes, and so sessions, that come from outside.
 *
 * Products use `signedHandshakes`; a benchmark may put sessions in that sign nothing, to see what signing costs.
 */
export function createLinkCarrier<Name extends Profile>(parts: CarrierParts<Name>): LinkTransport<Name> {
  return new LinkCarrier(parts)
}

class LinkCarrier<Name extends Profile> implements LinkTransport<Name> {
  readonly profile: Name
  readonly #settings: CarrierSettings
  readonly #handshakes: Handshakes
  readonly #watch: EmptyWatch
  readonly #refusals: Refusals
  readonly #pairs = new PairTable()
  readonly #unfinished = new Unfinished()
  readonly #streams: Streams
  readonly #slots = new Map<SlotId, LocalSlot>()
  /** Slots that were closed, and of which something is left. */
  readonly #leaving = new Set<Promise<void>>()
  readonly #dials = new Set<Outgoing>()
  /** Every link whose stream is not gone yet. */
  readonly #links = new Set<FrameLink>()
  readonly #linkObserver: LinkObserver
  #closed: Promise<void> | undefined

  constructor({ profile, settings, handshakes, streams }: CarrierParts<Name>) {
    this.profile = profile
    this.#settings = settings
    this.#handshakes = handshakes
    this.#watch = new EmptyWatch(settings.clock, settings.ttlMs)
    this.#refusals = new Refusals(settings.events)
    const refused = (error: MillraceError): void => this.#refusals.add(error, undefined)
    this.#streams = streams({ clock: settings.clock, watch: this.#watch, refused })
    this.#linkObserver = this.#observer()
  }

  createQueue<Item>(): WorkQueue<Item> {
    return createHeadedQueue<Item>()
  }

  refusals(): Readonly<Record<string, number>> {
    return this.#refusals.counts()
  }

  async listen(slot: SlotId, accept: Accept): Promise<Listener> {
    this.#checkOpen(`slot ${slot} cannot be opened`)
    if (this.#slots.has(slot))
      throw new MillraceError(
        'HANDOFF_TRANSPORT',
        `slot ${slot} cannot be opened, because it is open already; close its listener first`,
        { facts: { slot } },
      )
    const local: LocalSlot = { slot, accept, incoming: new Set(), opened: undefined }
    this.#slots.set(slot, local)
    try {
      const { address } = await this.#openPort(local)
      this.#checkOpen(`slot ${slot} cannot be opened`)
      return { endpoint: { slot, address }, close: async () => this.#shut(local) }
    } catch (error) {
      this.#shut(local)
      throw error
    }
  }

  async dial(from: SlotId, to: Endpoint, signal: AbortSignal): Promise<Link> {
    const connect = this.#streams.way(from, to)
    if (connect === undefined)
      throw linkRefused(
        from,
        to.slot,
        `${JSON.stringify(to.address)} is no address of this transport; use its endpoint`,
      )
    let earlier = this.#earlier(from, to)
    while (earlier !== undefined && !earlier.isOpen && !signal.aborted) {
      await settledOrAborted(earlier.ended, signal)
      earlier = this.#earlier(from, to)
    }
    this.#checkOpen(`slot ${from} cannot be linked to ${to.slot}`)
    if (signal.aborted) throw givenUp(from, to.slot, signal)
    return this.#connect(from, to, connect, signal)
  }

  /** The link that a new one would be the second to; not one to an older process than is dialled. */
  #earlier(from: SlotId, { slot, incarnation = 0 }: Endpoint): StandingLink | undefined {
    const link = this.#pairs.link(from, slot)
    return link === undefined || incarnation > link.incarnation ? undefined : link
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    for (const slot of this.#slots.values()) this.#shut(slot)
    const closed = new MillraceError('HANDOFF_TRANSPORT', 'a dial was given up, because its transport was closed')
    for (const dial of this.#dials) dial.abandon(closed)
    await Promise.all(Array.from(this.#links, closeOrLose))
    await Promise.all(this.#leaving)
    await this.#streams.close?.()
  }

  async #openPort(local: LocalSlot): Promise<OpenedSlot> {
    const { slot } = local
    const { bindPort: port } = this.#settings
    try {
      local.opened = await this.#streams.open(slot, port, (stream, clock) => this.#take(local, stream, clock))
      return local.opened
    } catch (error) {
      if (isMillraceError(error)) throw error
      throw new MillraceError(
        'HANDOFF_TRANSPORT',
        `slot ${slot} cannot be opened, because port ${port} cannot be had; set bind_port to 0, for any free one`,
        { facts: { slot, port }, cause: error },
      )
    }
  }

  #connect(from: SlotId, endpoint: Endpoint, connect: Connect, signal: AbortSignal): Promise<Link> {
    const { slot: to, incarnation } = endpoint
    const clock = startConnectionClock(this.#settings.clock)
    const handshake = this.#handshakes.dial(from, to, clock)
    if (handshake === undefined) throw noKey(from, to)
    return new Promise((resolve, reject) => {
      const dial = { abandon: (error: MillraceError): void => outgoing.abandon(error) }
      this.#pairs.beginDial(from, to, dial, incarnation)
      const giveUp = (): void => outgoing.abandon(givenUp(from, to, signal))
      const settled = (): void => {
        signal.removeEventListener('abort', giveUp)
        this.#dials.delete(outgoing)
        this.#pairs.endDial(from, to, dial)
      }
      const stream = begun(
        from,
        to,
        () => connect(clock),
        () => this.#pairs.endDial(from, to, dial),
      )
      const observer: OutgoingObserver = {
        opened: (session, early) => {
          settled()
          resolve(this.#open(from, stream, session, early))
        },
        refused: (error) => this.#refusals.add(error, to),
        failed: (error) => {
          settled()
          reject(error)
        },
      }
      const outgoing = new Outgoing({ from, to, handshake, stream, observer })
      this.#dials.add(outgoing)
      signal.addEventListener('abort', giveUp, { once: true })
      outgoing.begin()
    })
  }

  #take({ slot, accept, incoming: waiting }: LocalSlot, stream: FrameStream, clock: ConnectionClock): void {
    const observer: IncomingObserver = {
      confirmed: (incoming) => this.#pairs.admit(incoming),
      opened: (session, early) => hand(accept, this.#open(slot, stream, session, early)),
      refused: (error, peer) => this.#refusals.add(error, peer),
      ended: (incoming) => {
        waiting.delete(incoming)
        this.#unfinished.delete(incoming)
        this.#pairs.withdraw(incoming)
      },
    }
    const handshake = this.#handshakes.accept(slot, clock)
    const incoming = new Incoming({ local: slot, handshake, stream, observer })
    stream.receiver = incoming
    waiting.add(incoming)
    this.#unfinished.add(incoming)
  }

  #open(local: SlotId, stream: FrameStream, session: Session, early: readonly LinkRecord[]): FrameLink {
    stream.pause()
    stream.open(this.#settings.maxPayloadBytes)
    const link = new FrameLink({ local, session, stream, observer: this.#linkObserver, early })
    stream.receiver = link
    this.#links.add(link)
    this.#pairs.open(local, link.peer, link)
    this.#settings.events.emit('link.opened', { local, peer: link.peer })
    return link
  }

  #shut(local: LocalSlot): void {
    if (this.#slots.get(local.slot) === local) this.#slots.delete(local.slot)
    const { opened } = local
    local.opened = undefined
    if (opened !== undefined) this.#leave(opened.close())
    for (const incoming of local.incoming) incoming.finished()
  }

  /** Something may be left of a slot that nobody can dial any longer; closing the transport waits for it. */
  #leave(left: Promise<void>): void {
    this.#leaving.add(left)
    void left.then(() => this.#leaving.delete(left))
  }

  #checkOpen(what: string): void {
    if (this.#closed === undefined) return
    throw new MillraceError('HANDOFF_TRANSPORT', `${what}, because its transport is closed; make a new one`)
  }

  #observer(): LinkObserver {
    const { events, batchEvents } = this.#settings
    return {
      ended: (link, end) => {
        this.#pairs.close(link.local, link.peer, link)
        events.emit('link.closed', { local: link.local, peer: link.peer, end })
      },
      gone: (link) => void this.#links.delete(link),
      refused: (error, peer) => this.#refusals.add(error, peer),
      batch: batchEvents
        ? ({ local, peer }, direction, records) => events.emit('ipc.accepted', { direction, local, peer, records })
        : undefined,
    }
  }
}

/** Begins the stream of a dial. One that cannot be begun, as for want of file descriptors, must not stand in the way of the next dial. */
function begun(from: SlotId, to: SlotId, begin: () => FrameStream, giveUp: () => void): FrameStream {
  try {
    return begin()
  } catch (error) {
    giveUp()
    throw linkRefused(from, to, 'no connection could be opened; the cause says why', error)
  }
}

/** What `accept` throws is its own; the link is of no use then. */
function hand(accept: Accept, link: FrameLink): void {
  try {
    accept(link)
  } catch (error) {
    link.lose()
    throwOutside(error)
  }
}

/** Closes a link, and loses it when neither side gets on with it: one that nobody reads would never end. */
async function closeOrLose(link: FrameLink): Promise<void> {
  let progress = link.progress
  const timer = setInterval(() => {
    if (link.progress === progress) link.lose()
    progress = link.progress
  }, farewellMs)
  try {
    await link.abandon()
  } finally {
    clearInterval(timer)
  }
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

function noKey(from: SlotId, to: SlotId): MillraceError {
  return new MillraceError(
    'SEC_HANDSHAKE_FAILED',
    `slot ${from} cannot be linked to ${to}, because they share no key; the plan has no link between them`,
    { facts: { from, slot: to } },
  )
}

function givenUp(from: SlotId, to: SlotId, signal: AbortSignal): MillraceError {
  return linkRefused(from, to, 'the dial was given up', signal.reason)
}

function linkRefused(from: SlotId, to: SlotId, why: string, cause?: unknown): MillraceError {
  return new MillraceError('HANDOFF_TRANSPORT', `slot ${from} cannot be linked to ${to}, because ${why}`, {
    facts: { from, slot: to },
    cause,
  })
}
