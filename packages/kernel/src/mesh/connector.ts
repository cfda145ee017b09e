import {
  type EndpointTable,
  type EventEmitter,
  type Link,
  type LinkEnd,
  type Listener,
  MillraceError,
  type SlotId,
  type Transport,
  type WorkerEndpoint,
} from '@millrace/contracts'
import type { Place } from './place.js'

/** How long one attempt to dial may take, and how long the waits between attempts are, in milliseconds. */
const dialMs = 5000
const firstRetryMs = 20
const longestRetryMs = 1000

/** What a connector is made of. */
export interface ConnectorParts {
  readonly place: Place
  /** The slots that this one shares a link with. */
  readonly peers: readonly SlotId[]
  readonly transport: Transport
  readonly events: EventEmitter
  /** There is a new link. */
  readonly opened: (link: Link) => void
  /** The process that was in a slot is there no longer. */
  readonly gone: (slot: SlotId, incarnation: number) => void
}

/**
 * Keeps a link to each peer of a slot: the smaller id dials, and again when the link is lost while the peer lives.
 */
export class Connector {
  readonly #parts: ConnectorParts
  readonly #known = new Map<SlotId, WorkerEndpoint>()
  readonly #linked = new Map<SlotId, Link>()
  readonly #closing = new AbortController()
  #listener: Listener | undefined
  #version = 0
  #ready: { readonly resolve: () => void; readonly reject: (error: MillraceError) => void }[] = []

  constructor(parts: ConnectorParts) {
    this.#parts = parts
  }

  /** Opens the slot for its peers. @throws MillraceError SEC_BIND_REFUSED, HANDOFF_TRANSPORT */
  async listen(): Promise<WorkerEndpoint> {
    const { transport, place, peers } = this.#parts
    this.#listener = await transport.listen(place.slot, (link) => {
      if (peers.includes(link.peer)) this.#open(link)
      else void link.close()
    })
    return { ...this.#listener.endpoint, incarnation: place.incarnation }
  }

  /** Learns where its peers are now. Older tables are ignored. */
  connect({ version, endpoints }: EndpointTable): void {
    if (version <= this.#version) return
    this.#version = version
    const bySlot = new Map(endpoints.map((endpoint) => [endpoint.slot, endpoint]))
    for (const peer of this.#parts.peers) this.#learn(peer, bySlot.get(peer))
  }

  /** The peers without a link. */
  missing(): readonly SlotId[] {
    return this.#parts.peers.filter((peer) => !this.#linked.has(peer))
  }

  /** Resolves when there is a link to every peer. @throws MillraceError SHUTTING_DOWN when it is closed before */
  ready(): Promise<void> {
    if (this.missing().length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => this.#ready.push({ resolve, reject }))
  }

  /** A link is gone. One that was lost is dialled again while its peer lives; who has closed one wants no other. */
  ended(slot: SlotId, end: LinkEnd): void {
    this.#linked.delete(slot)
    const endpoint = this.#known.get(slot)
    if (endpoint !== undefined && end === 'lost') this.#dial(endpoint)
  }

  /** Dials no more, and lets nobody wait for links any longer. */
  giveUp(): void {
    this.#closing.abort()
    for (const { reject } of this.#ready.splice(0))
      reject(new MillraceError('SHUTTING_DOWN', 'the links are being closed'))
  }

  async close(): Promise<void> {
    this.giveUp()
    await this.#listener?.close()
  }

  #learn(peer: SlotId, endpoint: WorkerEndpoint | undefined): void {
    const known = this.#known.get(peer)
    if (known?.incarnation === endpoint?.incarnation) return
    if (endpoint === undefined) this.#known.delete(peer)
    else this.#known.set(peer, endpoint)
    if (known !== undefined) this.#forget(peer, known.incarnation)
    if (endpoint !== undefined && !this.#linked.has(peer)) this.#dial(endpoint)
  }

  /** A process is gone. A replacement may have dialled before anybody said so: its link stands. */
  #forget(peer: SlotId, incarnation: number): void {
    const link = this.#linked.get(peer)
    if (link !== undefined && (link.incarnation ?? incarnation) <= incarnation) this.#linked.delete(peer)
    this.#parts.gone(peer, incarnation)
  }

  #dial(endpoint: WorkerEndpoint): void {
    if (this.#parts.place.slot < endpoint.slot) void this.#dialUntilOpen(endpoint)
  }

  async #dialUntilOpen(endpoint: WorkerEndpoint): Promise<void> {
    const { transport, place, events } = this.#parts
    const { slot } = endpoint
    for (let retryMs = firstRetryMs, attempt = 1; this.#wants(endpoint); attempt++) {
      events.emit('link.opening', { peer: slot, attempt })
      try {
        const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(dialMs)])
        const link = await transport.dial(place.slot, endpoint, signal)
        if (this.#wants(endpoint)) return this.#open(link)
        return void link.close()
      } catch (thrown) {
        const { code } = MillraceError.from(thrown, 'HANDOFF_TRANSPORT', `slot ${slot} cannot be dialled`)
        events.emit('link.opening', { peer: slot, code, attempt })
      }
      await pause(retryMs, this.#closing.signal)
      retryMs = Math.min(retryMs * 2, longestRetryMs)
    }
  }

  #wants({ slot, incarnation }: WorkerEndpoint): boolean {
    return (
      !this.#closing.signal.aborted && !this.#linked.has(slot) && this.#known.get(slot)?.incarnation === incarnation
    )
  }

  #open(link: Link): void {
    this.#linked.set(link.peer, link)
    this.#parts.opened(link)
    if (this.missing().length === 0) for (const { resolve } of this.#ready.splice(0)) resolve()
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
