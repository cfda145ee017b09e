import { randomBytes } from 'node:crypto'

/** A hello as the protocol wants it, signed by nobody. */
export function lyingHello(): Buffer {
  const hello = randomBytes(300)
  hello.writeUInt32BE(296, 0)
  Buffer.from([2, 1, 0, 0]).copy(hello, 4)
  hello.writeBigUInt64BE(BigInt(Date.now()), 8)
  hello.fill(0, 16, 32)
  hello.fill(0, 64, 96)
  Buffer.from('\u0006near#1\u0001\u0005far#1\u0000').copy(hello, 96)
  return hello
}
