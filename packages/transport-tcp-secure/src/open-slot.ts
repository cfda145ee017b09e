import { createServer, type OnReadOpts, type Server, type Socket } from 'node:net'
import type { SlotId } from '@millrace/contracts'
import {
  addressOf,
  Emptiness,
  loopbackHost,
  type OnStream,
  type OpenedSlot,
  type StreamsParts,
  startConnectionClock,
  type Watched,
} from '@millrace/wire/links'
import { FrameSocket } from './frame-socket.js'
import { adopt } from './socket-reads.js'

/** What a slot that can be dialled is made of. */
export interface OpenSlotParts extends StreamsParts {
  readonly slot: SlotId
  readonly onStream: OnStream
}

/** A slot that can be dialled: a server on loopback. */
export class OpenSlot implements Watched {
  readonly #parts: OpenSlotParts
  readonly #server: Server
  /** Node takes every connection that waits in each turn, as it reads every socket. */
  readonly #emptiness: Emptiness

  constructor(parts: OpenSlotParts) {
    this.#parts = parts
    const { clock, watch, onStream } = parts
    this.#emptiness = new Emptiness(clock.monotonic())
    this.#server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (accepted) => {
      const connection = startConnectionClock(clock)
      const { lastEmpty: emptyAt } = this.#emptiness
      const open = (onread: OnReadOpts): Socket => adopt(accepted, onread)
      onStream(new FrameSocket({ open, clock: connection, watch, emptyAt }), connection)
    })
  }

  /** Opens the port; it fails as Node does when the port cannot be had. */
  async open(port: number): Promise<OpenedSlot> {
    await listening(this.#server, port)
    this.#parts.watch.add(this)
    const address = this.#server.address()
    return {
      address: addressOf(typeof address === 'object' ? (address?.port ?? 0) : 0),
      close: async () => this.#close(),
    }
  }

  beginTick(): void {
    // Nothing to forget: it is always empty after a turn.
  }

  endTick(at: number): void {
    this.#emptiness.tick(at)
  }

  #close(): void {
    this.#parts.watch.delete(this)
    this.#server.close()
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: loopbackHost, port, exclusive: true }, () => {
      server.off('error', reject)
      // A connection that could not be taken, as when there are too many files: its peer dials again.
      server.on('error', () => undefined)
      resolve()
    })
  })
}
