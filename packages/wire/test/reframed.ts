import { createCipheriv, createHmac, hkdfSync } from 'node:crypto'

/** Changes a hello of near#1 to far#1 and signs it again: what only a peer that holds the key can do. */
export function reframed(hello: Buffer, link: Uint8Array, change: (bytes: Buffer) => Buffer | void): Buffer {
  const info = Buffer.from('millrace/1 hello\0\u0006near#1\0\u0005far#1')
  return resigned(hello, { key: new Uint8Array(hkdfSync('sha256', link, '', info, 32)) }, change)
}

/** Changes a welcome of far#1 to near#1, which answers a hello, and signs it again. */
export function rewelcomed(
  welcome: Buffer,
  hello: Buffer,
  link: Uint8Array,
  change: (bytes: Buffer) => Buffer | void,
): Buffer {
  const info = Buffer.from('millrace/1 welcome\0\u0005far#1\0\u0006near#1')
  return resigned(welcome, { key: new Uint8Array(hkdfSync('sha256', link, hello.subarray(32, 64), info, 32)) }, change)
}

/** What a frame is signed with; the second key is needed for large ones. */
interface Keys {
  readonly key: Uint8Array
  readonly bodyKey?: Uint8Array
}

/** Changes a frame and signs it again. The length field follows what the frame becomes. */
export function resigned(frame: Buffer, keys: Keys, change: (bytes: Buffer) => Buffer | void): Buffer {
  const unsigned = Buffer.from(frame.subarray(0, frame.length - 32))
  const changed = change(unsigned) ?? unsigned
  changed.writeUInt32BE(changed.length - 4 + 32, 0)
  return Buffer.concat([changed, createHmac('sha256', keys.key).update(signedOf(changed, keys.bodyKey)).digest()])
}

/** What docs/protocol.md has signed. */
function signedOf(unsigned: Buffer, bodyKey: Uint8Array = Buffer.alloc(32)): Buffer {
  if (unsigned.length + 32 <= 24_576) return unsigned
  const gcm = createCipheriv('aes-256-gcm', bodyKey, unsigned.subarray(20, 32)).setAAD(unsigned.subarray(32))
  gcm.final()
  return Buffer.concat([unsigned.subarray(0, 32), gcm.getAuthTag()])
}
