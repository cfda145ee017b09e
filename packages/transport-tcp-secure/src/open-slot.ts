import { createServer, type Server, type Socket } from 'node:net'
import { MillraceError, type SlotId } from '@millrace/contracts'
import type { WireClock } from '@millrace/wire'
import { Emptiness, type EmptyWatch, type Watched } from './empty-watch.js'
import type { Incoming } from './incoming.js'
import { addressOf, loopbackHost } from './loopback-address.js'

/** What a slot that can be dialled is made of. */
export interface OpenSlotParts {
  readonly slot: SlotId
  readonly clock: WireClock
  readonly watch: EmptyWatch
  /** @param emptyAt a monotonic time before which it had not been opened, or nothing waited */
  readonly onSocket: (socket: Socket, emptyAt: number) => void
}

/** A slot that can be dialled: a server on loopback. */
export class OpenSlot implements Watched {
  readonly slot: SlotId
  /** Connections to it that are no links yet. */
  readonly incoming: Set<Incoming> = new Set()
  readonly #watch: EmptyWatch
  readonly #server: Server
  /** Node takes every connection that waits in each turn, as it reads every socket. */
  readonly #emptiness: Emptiness

  constructor({ slot, clock, watch, onSocket }: OpenSlotParts) {
    this.slot = slot
    this.#watch = watch
    this.#emptiness = new Emptiness(clock.monotonic())
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      onSocket(socket, this.#emptiness.lastEmpty),
    )
  }

  /**
   * Opens the port.
   *
   * @returns the address to dial
   * @throws MillraceError HANDOFF_TRANSPORT when the port cannot be had
   */
  async open(port: number): Promise<string> {
    try {
      await listening(this.#server, port)
    } catch (error) {
      throw new MillraceError(
        'HANDOFF_TRANSPORT',
        `slot ${this.slot} cannot be opened, because port ${port} cannot be had; set bind_port to 0, for any free one`,
        { facts: { slot: this.slot, port }, cause: error },
      )
    }
    this.#watch.add(this)
    const address = this.#server.address()
    return addressOf(typeof address === 'object' ? (address?.port ?? 0) : 0)
  }

  /** Nobody can dial it any longer. */
  close(): void {
    this.#watch.delete(this)
    this.#server.close()
    for (const incoming of this.incoming) incoming.finished()
  }

  beginTick(): void {
    // Nothing to forget: it is always empty after a turn.
  }

  endTick(at: number): void {
    this.#emptiness.tick(at)
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
