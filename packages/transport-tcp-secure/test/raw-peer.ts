import { once } from 'node:events'
import { connect } from 'node:net'
import type { Endpoint } from '@millrace/contracts'
import { within } from '@millrace/link-tests'

/** A connection without any manners. */
export interface RawPeer {
  send(bytes: Uint8Array): void
  /** Resolves with all that came when the other side has closed. */
  closed(): Promise<Buffer>
  /** Resolves when so many bytes have come. */
  received(bytes: number): Promise<Buffer>
  destroy(): void
}

/** Connects to a slot without a word. */
export async function connectRaw({ address, slot }: Endpoint): Promise<RawPeer> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port) })
  const chunks: Buffer[] = []
  const waiting = new Set<() => void>()
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    for (const check of waiting) check()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<Buffer>((resolve) => socket.on('close', () => resolve(Buffer.concat(chunks))))
  await within(`connecting to ${slot}`, once(socket, 'connect'))
  return {
    send: (bytes) => void socket.write(bytes),
    closed: () => within(`${slot} closing the connection`, closed),
    received(bytes) {
      const enough = new Promise<Buffer>((resolve) => {
        const check = (): void => {
          const all = Buffer.concat(chunks)
          if (all.length >= bytes) resolve(all)
        }
        waiting.add(check)
        check()
      })
      return within(`${slot} sending ${bytes} bytes`, enough)
    },
    destroy: () => socket.destroy(),
  }
}
