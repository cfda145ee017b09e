/**
 * The TCP carrier as it is, with sessions that sign nothing and believe everything: for the bench alone, which puts it in the
 * place of `@millrace/transport-tcp-secure` to see what signing costs.
 */
import type { LinkRecord, SlotId } from '@millrace/contracts'
import {
  BatchEncoder,
  type FrameOpener,
  type FrameSealer,
  headerBytes,
  macBytes,
  RecordDecoder,
  type Session,
  smallestFrameBytes,
  systemClock,
} from '@millrace/wire'
import {
  createLinkCarrier,
  type Handshakes,
  type LinkTransport,
  type LinkTransportOptions,
  linkTransportSettings,
} from '@millrace/wire/links'
import { tcpStreams } from '../../../../packages/transport-tcp-secure/src/tcp-streams.js'

const lengthBytes = 4
const kindAt = 5
const kinds = { hello: 1, batch: 3, bye: 4 } as const

/** Makes the carrier that signs nothing. */
export function createTcpTransport(options: LinkTransportOptions): LinkTransport<'tcp_local'> {
  const settings = linkTransportSettings('tcp_local', options)
  const handshakes = unsignedHandshakes(options.incarnation, settings.maxPayloadBytes)
  return createLinkCarrier({ profile: 'tcp_local', settings, handshakes, streams: tcpStreams })
}

function unsignedHandshakes(incarnation: number, maxFrameBytes: number): Handshakes {
  const sessionWith = (greeting: Buffer): Session => ({
    peer: JSON.parse(greeting.toString('utf8', headerBytes, greeting.length - macBytes)) as Session['peer'], // our own greeting
    sealer: new UnsignedSealer(maxFrameBytes),
    opener: new UnsignedOpener(),
    now: () => systemClock.wall(),
  })
  const greetingOf = (slot: SlotId): Buffer => {
    const text = JSON.stringify({ slot, incarnation })
    const frame = framed('hello', Buffer.alloc(smallestFrameBytes + Buffer.byteLength(text)))
    frame.write(text, headerBytes)
    return frame
  }
  return {
    dial: (from) => ({ hello: greetingOf(from), finish: (welcome) => sessionWith(welcome) }),
    accept: (slot) => ({
      answer(hello) {
        const session = sessionWith(hello)
        return { welcome: greetingOf(slot), session, peer: session.peer }
      },
    }),
  }
}

function framed(kind: keyof typeof kinds, frame: Buffer): Buffer {
  frame.writeUInt32BE(frame.length - lengthBytes, 0)
  frame[kindAt] = kinds[kind]
  return frame
}

class UnsignedSealer implements FrameSealer {
  readonly #batch: BatchEncoder

  constructor(maxFrameBytes: number) {
    this.#batch = new BatchEncoder(maxFrameBytes)
  }

  get pending(): number {
    return this.#batch.pending
  }

  get records(): number {
    return this.#batch.records
  }

  add(record: LinkRecord): boolean {
    return this.#batch.add(record)
  }

  cut(): Buffer {
    return this.#batch.close()
  }

  sign(cut: Buffer): Buffer {
    return framed('batch', cut)
  }

  seal(): Buffer {
    return this.sign(this.cut())
  }

  bye(): Buffer {
    return framed('bye', Buffer.alloc(smallestFrameBytes))
  }

  release(frame: Buffer): void {
    this.#batch.release(frame)
  }
}

class UnsignedOpener implements FrameOpener {
  readonly #decoder = new RecordDecoder()
  #confirmed = false

  get confirmed(): boolean {
    return this.#confirmed
  }

  open(frame: Buffer, _lastEmpty: number, onRecord: (record: LinkRecord) => void): 'batch' | 'bye' {
    if (frame[kindAt] === kinds.bye) return 'bye'
    const records = this.#decoder.decode(frame, headerBytes, frame.length - macBytes)
    this.#confirmed = true
    for (const record of records) onRecord(record)
    return 'batch'
  }
}
