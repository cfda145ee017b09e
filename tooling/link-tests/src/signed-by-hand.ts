import { createHmac, hkdfSync } from 'node:crypto'
import type { SlotId } from '@millrace/contracts'
import { keyOf } from './test-keys.js'

/** Frames as docs/protocol.md describes them, cut from what was sent. */
export function framesOf(bytes: Buffer): readonly Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    frames.push(bytes.subarray(at, end))
    at = end
  }
  return frames
}

/** The last frame of what was sent. */
export function lastFrameOf(bytes: Buffer): Buffer {
  return framesOf(bytes).at(-1) ?? Buffer.alloc(0)
}

/** What it takes to sign for one direction of a session. */
export interface HandKeys {
  readonly from: SlotId
  readonly to: SlotId
  readonly hello: Buffer
  readonly welcome: Buffer
}

/** Signs a frame of a session as its sender would, with code of its own. */
export function signedByHand({ from, to, hello, welcome }: HandKeys, unsigned: Buffer): Buffer {
  const randoms = Buffer.concat([hello.subarray(32, 64), welcome.subarray(32, 64)])
  const info = Buffer.concat([Buffer.from('millrace/1 session'), named(from), named(to)])
  const key = Buffer.from(hkdfSync('sha256', keyOf(from, to), randoms, info, 40)).subarray(0, 32)
  const frame = Buffer.from(unsigned)
  frame.writeUInt32BE(frame.length - 4 + 32, 0)
  return Buffer.concat([frame, createHmac('sha256', key).update(frame).digest()])
}

function named(slot: SlotId): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(slot))
  return Buffer.concat([length, Buffer.from(slot)])
}
