import { hkdfSync } from 'node:crypto'
import { peerOptions } from '@millrace/link-tests'

/** What opens a door, as docs/protocol.md describes it. */
export interface Pass {
  readonly plainUsername: string
  readonly plainPassword: string
}

/** What one slot shows at the door of another. */
export function passFor(from: string, to: string): Pass {
  const link = peerOptions().keyOf(from, to) ?? Buffer.alloc(0)
  const info = Buffer.concat([Buffer.from('millrace/1 door'), named(from), named(to)])
  return { plainUsername: from, plainPassword: Buffer.from(hkdfSync('sha256', link, '', info, 32)).toString('hex') }
}

/** What lets a stranger through the door of far#1, so that it is refused by what it says there. */
export const strangersPass: Pass = passFor('near#9', 'far#1')

function named(slot: string): Buffer {
  return Buffer.concat([Buffer.of(0, slot.length), Buffer.from(slot)])
}
