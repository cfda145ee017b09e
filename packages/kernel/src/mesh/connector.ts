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
  /** Processes that finish what they hold although their slot has moved, by slot. */
  readonly #retiring = new Map<SlotId, number>()
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
  connect({ version, endpoints, retiring }: EndpointTable): void {
    if (version <= this.#version) return
    this.#version = version
    const bySlot = new Map(endpoints.map((endpoint) => [endpoint.slot, endpoint]))
    for (const peer of this.#parts.peers) {
      const old = retiring.filter(({ slot }) => slot === peer).map(({ incarnation }) => incarnation)
      this.#learn(peer, bySlot.get(peer), old)
    }
  }

  /** The peers without a link. */
  missing(): readonly SlotId[] {
    return this.#parts.peers.filter((peer) => !this.#linked.has(peer))
  }

  /** Resolves when there is a link to every peer. @throws MillraceError SHUTTING_DOWN when it is given up before */
  ready(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(givenUp())
    if (this.missing().length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => this.#ready.push({ resolve, reject }))
  }

  /** A link is gone. One that was lost is dialled again while its peer lives; who has closed one wants no other. */
  ended(slot: SlotId, end: LinkEnd): void {
    this.#linked.delete(slot)
    const endpoint = this.#known.get(slot)
    if (endpoint !== undefined && end === 'lost') this.#dial(endpoint)
  }

  /** Dials no more, and lets nobody wait for links, now or later. */
  giveUp(): void {
    this.#closing.abort()
    for (const { reject } of this.#ready.splice(0)) reject(givenUp())
  }

  async close(): Promise<void> {
    this.giveUp()
    await this.#listener?.close()
  }

  #learn(peer: SlotId, endpoint: WorkerEndpoint | undefined, retiring: readonly number[]): void {
    const retired = this.#retiring.get(peer)
    if (retired !== undefined && !retiring.includes(retired)) {
      this.#retiring.delete(peer)
      this.#forget(peer, retired)
    }
    const known = this.#known.get(peer)
    if (known?.incarnation === endpoint?.incarnation) return
    if (endpoint === undefined) this.#known.delete(peer)
    else this.#known.set(peer, endpoint)
    if (known !== undefined && retiring.includes(known.incarnation)) this.#retiring.set(peer, known.incarnation)
    else if (known !== undefined) this.#forget(peer, known.incarnation)
    if (endpoint !== undefined && !this.#isLinked(endpoint)) this.#dial(endpoint)
  }

  /** Whether there is a link to a process or to a newer one; one to an older process is no reason not to dial. */
  #isLinked({ slot, incarnation }: WorkerEndpoint): boolean {
    const link = this.#linked.get(slot)
    return link !== undefined && (link.incarnation ?? incarnation) >= incarnation
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

  #wants(endpoint: WorkerEndpoint): boolean {
    const { slot, incarnation } = endpoint
    const isThere = this.#known.get(slot)?.incarnation === incarnation
    return isThere && !this.#closing.signal.aborted && !this.#isLinked(endpoint)
  }

  #open(link: Link): void {
    this.#linked.set(link.peer, link)
    this.#parts.opened(link)
    if (this.missing().length === 0) for (const { resolve } of this.#ready.splice(0)) resolve()
  }
}

function givenUp(): MillraceError {
  return new MillraceError('SHUTTING_DOWN', 'the links are being closed')
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
