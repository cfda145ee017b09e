/** What ZMTP 3.1 sends first on each side. @see https://rfc.zeromq.org/spec/37/ */
const greetingBytes = 64

/** A message of one part as it stands on the wire. */
export function onWire(message: Uint8Array): Buffer {
  return Buffer.concat([headOf(message.length), message])
}

/** The messages of one part in all that one side has sent so far; greeting and commands are left out. */
export function messagesOf(sent: Buffer): readonly Buffer[] {
  const messages: Buffer[] = []
  for (let at = greetingBytes; at < sent.length; ) {
    const flags = sent[at] ?? 0
    const head = headBytes(sent.subarray(at))
    const length = head === 2 ? (sent[at + 1] ?? 0) : Number(sent.readBigUInt64BE(at + 1))
    if ((flags & 4) === 0) messages.push(sent.subarray(at + head, at + head + length))
    at += head + length
  }
  return messages
}

/** The frames among them. */
export function framesSent(sent: Buffer): readonly Buffer[] {
  return messagesOf(sent).filter(({ length }) => length >= 64)
}

/** How many bytes stand before the message that begins here. */
export function headBytes(wire: Uint8Array): number {
  return ((wire[0] ?? 0) & 2) === 0 ? 2 : 9
}

function headOf(length: number): Buffer {
  if (length < 256) return Buffer.of(0, length)
  const head = Buffer.alloc(9)
  head[0] = 2
  head.writeBigUInt64BE(BigInt(length), 1)
  return head
}
