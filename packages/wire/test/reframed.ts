import { createHmac, hkdfSync } from 'node:crypto'

/** Changes a hello of near#1 to far#1 and signs it again: what only a peer that holds the key can do. */
export function reframed(hello: Buffer, link: Uint8Array, change: (bytes: Buffer) => Buffer | void): Buffer {
  const info = Buffer.from('millrace/1 hello\0\u0006near#1\0\u0005far#1')
  return resigned(hello, new Uint8Array(hkdfSync('sha256', link, '', info, 32)), change)
}

/** Changes a welcome of far#1 to near#1, which answers a hello, and signs it again. */
export function rewelcomed(
  welcome: Buffer,
  hello: Buffer,
  link: Uint8Array,
  change: (bytes: Buffer) => Buffer | void,
): Buffer {
  const info = Buffer.from('millrace/1 welcome\0\u0005far#1\0\u0006near#1')
  return resigned(welcome, new Uint8Array(hkdfSync('sha256', link, hello.subarray(32, 64), info, 32)), change)
}

/** Changes a frame and signs it again with a key. The length field follows what the frame becomes. */
export function resigned(frame: Buffer, key: Uint8Array, change: (bytes: Buffer) => Buffer | void): Buffer {
  const unsigned = Buffer.from(frame.subarray(0, frame.length - 32))
  const changed = change(unsigned) ?? unsigned
  changed.writeUInt32BE(changed.length - 4 + 32, 0)
  return Buffer.concat([changed, createHmac('sha256', key).update(changed).digest()])
}
