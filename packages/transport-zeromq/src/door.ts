/**
 * Who may say anything at all to a slot. ZeroMQ keeps a message of many parts until its last part has come, however many they are,
 * and tells nobody before: so a stranger must not come as far as messages. A dialler shows a password that it derives from the key
 * that both slots share (ZMTP's PLAIN); ZeroMQ asks here whether it is right (ZAP), and cuts the connection where it is not.
 *
 * It is only the door: what comes through is believed because it is signed, and for nothing else.
 *
 * @see https://rfc.zeromq.org/spec/27/
 */
import { timingSafeEqual } from 'node:crypto'
import { MillraceError, type SlotId } from '@millrace/contracts'
import { doorKey } from '@millrace/wire'
import { Context, Reply } from 'zeromq'

/** Where ZeroMQ asks, once in each context. */
const zapAddress = 'inproc://zeromq.zap.01'

/** What a dialler shows, as options of its socket. */
export interface Pass {
  readonly plainUsername: string
  readonly plainPassword: string
}

/** What a door is made of. */
export interface DoorParts {
  readonly slot: SlotId
  /** The link key of both; undefined where they have none. */
  readonly keyOf: (local: SlotId, peer: SlotId) => Uint8Array | undefined
  readonly refused: (error: MillraceError) => void
}

/** What one slot shows at the door of another. @param link the key of both */
export function passOf(link: Uint8Array, from: SlotId, to: SlotId): Pass {
  return { plainUsername: from, plainPassword: Buffer.from(doorKey(link, from, to)).toString('hex') }
}

/** The door of one slot. */
export class Door {
  readonly slot: SlotId
  /** A socket in it asks this door. */
  readonly context: Context = new Context()
  readonly #parts: DoorParts
  readonly #questions = new Reply({ context: this.context, linger: 0 })

  constructor(parts: DoorParts) {
    this.slot = parts.slot
    this.#parts = parts
  }

  async open(): Promise<void> {
    await this.#questions.bind(zapAddress)
    // What it was asked as it was closed nobody waits for.
    this.#answer().catch(() => undefined)
  }

  close(): void {
    this.#questions.close()
  }

  async #answer(): Promise<void> {
    for await (const [version, id, _domain, _address, _identity, _mechanism, name, password] of this.#questions) {
      const isRight = this.#isRight(name?.toString() ?? '', password ?? Buffer.alloc(0))
      if (!isRight) this.#parts.refused(wrongPassword(this.slot))
      await this.#questions.send([version ?? '', id ?? '', isRight ? '200' : '400', '', '', ''])
    }
  }

  #isRight(peer: SlotId, shown: Buffer): boolean {
    const { slot, keyOf } = this.#parts
    const link = keyOf(slot, peer)
    if (link === undefined) return false
    const right = Buffer.from(passOf(link, peer, slot).plainPassword)
    return shown.length === right.length && timingSafeEqual(shown, right)
  }
}

function wrongPassword(slot: SlotId): MillraceError {
  return new MillraceError(
    'SEC_SIGNATURE_INVALID',
    `a connection to ${slot} was refused, because it does not show the password of a peer; only workers of this run may connect`,
  )
}
