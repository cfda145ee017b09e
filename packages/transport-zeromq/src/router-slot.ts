/**
 * A slot that can be dialled: one ROUTER for all its links.
 *
 * 1. ZeroMQ gives every connection an id; that is where a stream is found. The first message of an id begins one.
 * 2. An empty message says that the connection of an id is gone: ZeroMQ itself puts it behind everything that came over it.
 * 3. A ROUTER cannot end one of its connections. A stream that is over is forgotten when the peer disconnects; what still comes
 *    over it until then is dropped. An honest peer disconnects when it reads the end of its link.
 * 4. Nobody gets that far without a password: see `door.ts`.
 * 5. A slot that is closed takes nobody in. Its socket lives on as long as its links do, and a little longer for their peers to
 *    disconnect.
 */
import { type OnStream, type OpenedSlot, type StreamsParts, startConnectionClock } from '@millrace/wire/links'
import { Router } from 'zeromq'
import { Door, type DoorParts } from './door.js'
import { lost } from './flow.js'
import { MessageReader } from './message-reader.js'
import { lingerMs, socketOptions } from './socket-options.js'
import { type StreamEnd, ZeromqStream } from './zeromq-stream.js'

/** ZMQ_ROUTER_NOTIFY and its ZMQ_NOTIFY_DISCONNECT. */
const routerNotify = 97
const notifyDisconnect = 2

/** A ROUTER that refuses to send where nobody is, and tells who has disconnected. */
class NotifyingRouter extends Router {
  constructor({ context, slot }: Door) {
    super({ ...socketOptions, context, plainServer: true, zapDomain: slot, mandatory: true })
    this.setInt32Option(routerNotify, notifyDisconnect)
  }
}

/** What a slot is made of. */
export interface RouterSlotParts extends StreamsParts, DoorParts {
  readonly onStream: OnStream
}

/** A slot that can be dialled. */
export class RouterSlot {
  readonly #parts: RouterSlotParts
  readonly #door: Door
  readonly #router: NotifyingRouter
  readonly #reader: MessageReader
  /** By the id of the connection; undefined for a stream that is over. */
  readonly #peers = new Map<string, ZeromqStream | undefined>()
  #settle: () => void = () => undefined
  readonly #left = new Promise<void>((resolve) => {
    this.#settle = resolve
  })
  #live = 0
  #phase: 'open' | 'leaving' | 'closed' = 'open'
  #patience: NodeJS.Timeout | undefined

  constructor(parts: RouterSlotParts) {
    this.#parts = parts
    this.#door = new Door(parts)
    this.#router = new NotifyingRouter(this.#door)
    this.#reader = new MessageReader(this.#router, parts)
  }

  /** Opens the port; fails as ZeroMQ does when it cannot be had. */
  async open(port: number): Promise<OpenedSlot> {
    try {
      await this.#door.open()
      await this.#router.bind(`tcp://127.0.0.1:${port === 0 ? '*' : port}`)
    } catch (error) {
      this.#router.close()
      this.#door.close()
      throw error
    }
    void this.#reader.read((parts) => this.#receive(parts))
    return { address: this.#router.lastEndpoint ?? '', close: () => this.#close() }
  }

  #receive([id, message, ...more]: readonly Buffer[]): void {
    if (id === undefined || message === undefined) return
    const name = id.toString('latin1')
    if (message.length === 0) return this.#disconnected(name, id)
    const peer = this.#peers.has(name) ? this.#peers.get(name) : this.#begin(name, id)
    peer?.receive(more.length === 0 ? message : undefined)
  }

  #begin(name: string, id: Buffer): ZeromqStream | undefined {
    if (this.#phase !== 'open') {
      this.#peers.set(name, undefined)
      this.#send(id, lost)
      return undefined
    }
    const { clock, watch, onStream } = this.#parts
    const connection = startConnectionClock(clock)
    const stream: ZeromqStream = new ZeromqStream({
      clock: connection,
      watch,
      emptyAt: this.#reader.lastEmpty,
      reader: this.#reader,
      outlet: {
        send: (sent) => this.#send(id, sent, () => stream.vanish()),
        close: (end) => this.#over(name, id, end),
      },
    })
    this.#live++
    this.#peers.set(name, stream)
    onStream(stream, connection)
    return stream
  }

  #disconnected(name: string, id: Buffer): void {
    const peer = this.#peers.get(name)
    this.#peers.delete(name)
    peer?.vanish()
    // Whoever is still there did not say so itself.
    this.#send(id, lost)
    this.#leaveIfDone()
  }

  #over(name: string, id: Buffer, end: StreamEnd): void {
    this.#live--
    if (this.#peers.has(name)) this.#peers.set(name, undefined)
    if (end === 'lost') this.#send(id, lost)
    this.#leaveIfDone()
  }

  #send(id: Buffer, message: Buffer, failed?: () => void): void {
    if (this.#phase === 'closed') return
    // Nobody has this id any longer, or nothing more fits into its queue.
    this.#router.send([id, message]).catch(() => failed?.())
  }

  #close(): Promise<void> {
    if (this.#phase === 'open') this.#phase = 'leaving'
    this.#leaveIfDone()
    return this.#left
  }

  #leaveIfDone(): void {
    if (this.#phase !== 'leaving' || this.#live > 0) return
    if (this.#peers.size === 0) return this.#leave()
    this.#patience ??= setTimeout(() => this.#leave(), lingerMs)
  }

  #leave(): void {
    clearTimeout(this.#patience)
    this.#phase = 'closed'
    this.#router.close()
    this.#door.close()
    this.#settle()
  }
}
