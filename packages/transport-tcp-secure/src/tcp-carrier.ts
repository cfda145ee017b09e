import { connect, type Socket } from 'node:net'
import {
  type Endpoint,
  type Link,
  type LinkRecord,
  type Listener,
  MillraceError,
  type SlotId,
  type Transport,
  type WorkQueue,
} from '@millrace/contracts'
import type { Session } from '@millrace/wire'
import { type ConnectionClock, startConnectionClock } from './connection-clock.js'
import { EmptyWatch, readBytes } from './empty-watch.js'
import { FrameSocket } from './frame-socket.js'
import type { Handshakes } from './handshakes.js'
import { createHeadedQueue } from './headed-queue.js'
import { Incoming, type IncomingObserver } from './incoming.js'
import { loopbackHost, portOf } from './loopback-address.js'
import { OpenSlot } from './open-slot.js'
import { Outgoing, type OutgoingObserver } from './outgoing.js'
import { PairTable, type StandingLink } from './pair-table.js'
import { Refusals } from './refusals.js'
import { type LinkObserver, TcpLink, throwOutside } from './tcp-link.js'
import type { TcpTransportSettings } from './tcp-settings.js'
import { Unfinished } from './unfinished.js'

/** How long a link may stand still while its transport is being closed. */
const farewellMs = 1000

/** A carrier between processes of one machine. */
export interface TcpTransport extends Transport {
  readonly profile: 'tcp_local'
  /** How often frames and peers were refused since it was made, by code. */
  refusals(): Readonly<Record<string, number>>
}

/** What carries links, whoever signs them. */
export type CarrierSettings = Pick<
  TcpTransportSettings,
  'bindPort' | 'maxPayloadBytes' | 'ttlMs' | 'events' | 'clock' | 'batchEvents'
>

type Accept = (link: Link) => void

/**
 * Makes a carrier over loopback TCP whose handshakes, and so whose sessions, come from outside.
 *
 * Products use `createTcpTransport`; a benchmark may put sessions in that sign nothing, to see what signing costs.
 */
export function createTcpCarrier(settings: CarrierSettings, handshakes: Handshakes): TcpTransport {
  return new TcpCarrier(settings, handshakes)
}

class TcpCarrier implements TcpTransport {
  readonly profile = 'tcp_local'
  readonly #settings: CarrierSettings
  readonly #handshakes: Handshakes
  readonly #watch: EmptyWatch
  readonly #refusals: Refusals
  readonly #pairs = new PairTable()
  readonly #unfinished = new Unfinished()
  readonly #slots = new Map<SlotId, OpenSlot>()
  readonly #dials = new Set<Outgoing>()
  /** Every link whose socket is not gone yet. */
  readonly #links = new Set<TcpLink>()
  readonly #linkObserver: LinkObserver
  #closed: Promise<void> | undefined

  constructor(settings: CarrierSettings, handshakes: Handshakes) {
    this.#settings = settings
    this.#handshakes = handshakes
    this.#watch = new EmptyWatch(settings.clock, settings.ttlMs)
    this.#refusals = new Refusals(settings.events)
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
    const { clock, bindPort } = this.#settings
    const onSocket = (socket: Socket, emptyAt: number): void => this.#take(open, accept, socket, emptyAt)
    const open = new OpenSlot({ slot, clock, watch: this.#watch, onSocket })
    this.#slots.set(slot, open)
    try {
      const address = await open.open(bindPort)
      this.#checkOpen(`slot ${slot} cannot be opened`)
      return { endpoint: { slot, address }, close: async () => this.#shut(open) }
    } catch (error) {
      this.#shut(open)
      throw error
    }
  }

  async dial(from: SlotId, to: Endpoint, signal: AbortSignal): Promise<Link> {
    const port = portOf(to.address)
    if (port === undefined)
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
    return this.#connect(from, to, port, signal)
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
  }

  #connect(from: SlotId, endpoint: Endpoint, port: number, signal: AbortSignal): Promise<Link> {
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
      // Reads into one buffer: Node makes one of 64 KiB for each read otherwise. A server cannot be told so.
      const buffer = Buffer.allocUnsafeSlow(readBytes)
      const onread = {
        buffer,
        callback: (bytes: number): true => {
          socket.read(buffer.subarray(0, bytes))
          return true
        },
      }
      const socket = this.#frames(
        connect({ host: loopbackHost, port, noDelay: true, allowHalfOpen: true, onread }),
        clock,
      )
      const observer: OutgoingObserver = {
        opened: (session, early) => {
          settled()
          resolve(this.#open(from, socket, session, early))
        },
        refused: (error) => this.#refusals.add(error, to),
        failed: (error) => {
          settled()
          reject(error)
        },
      }
      const outgoing = new Outgoing({ from, to, handshake, socket, observer })
      this.#dials.add(outgoing)
      signal.addEventListener('abort', giveUp, { once: true })
      outgoing.begin()
    })
  }

  #take(slot: OpenSlot, accept: Accept, socket: Socket, emptyAt: number): void {
    const clock = startConnectionClock(this.#settings.clock)
    const handshake = this.#handshakes.accept(slot.slot, clock)
    const observer: IncomingObserver = {
      confirmed: (incoming) => this.#pairs.admit(incoming),
      opened: (session, early) => hand(accept, this.#open(slot.slot, frames, session, early)),
      refused: (error, peer) => this.#refusals.add(error, peer),
      ended: (incoming) => {
        slot.incoming.delete(incoming)
        this.#unfinished.delete(incoming)
        this.#pairs.withdraw(incoming)
      },
    }
    const frames = this.#frames(socket, clock, emptyAt)
    const incoming = new Incoming({ local: slot.slot, handshake, socket: frames, observer })
    frames.receiver = incoming
    slot.incoming.add(incoming)
    this.#unfinished.add(incoming)
  }

  #frames(socket: Socket, clock: ConnectionClock, emptyAt: number = clock.monotonic()): FrameSocket {
    return new FrameSocket({ socket, clock, watch: this.#watch, emptyAt })
  }

  #open(local: SlotId, socket: FrameSocket, session: Session, early: readonly LinkRecord[]): TcpLink {
    socket.pause()
    socket.open(this.#settings.maxPayloadBytes)
    const link = new TcpLink({ local, session, socket, observer: this.#linkObserver, early })
    socket.receiver = link
    this.#links.add(link)
    this.#pairs.open(local, link.peer, link)
    this.#settings.events.emit('link.opened', { local, peer: link.peer })
    return link
  }

  #shut(open: OpenSlot): void {
    if (this.#slots.get(open.slot) === open) this.#slots.delete(open.slot)
    open.close()
  }

  #checkOpen(what: string): void {
    if (this.#closed === undefined) return
    throw new MillraceError('HANDOFF_TRANSPORT', `${what}, because the TCP transport is closed; make a new one`)
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

/** What `accept` throws is its own; the link is of no use then. */
function hand(accept: Accept, link: TcpLink): void {
  try {
    accept(link)
  } catch (error) {
    link.lose()
    throwOutside(error)
  }
}

/** Closes a link, and loses it when neither side gets on with it: one that nobody reads would never end. */
async function closeOrLose(link: TcpLink): Promise<void> {
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
