/**
 * The floor of work for whatever moves JSON objects, (c) in the tables: frames of its own with a callback for each.
 *
 *     u32 length of what follows | u32 id | JSON
 *
 * What is sent in one turn is collected in a slab and written once. Nothing is signed, validated, timed or promised.
 */
import type { Socket } from 'node:net'

const slabBytes = 262_144
const headBytes = 8
const lengthBytes = 4
/** UTF-8 has at most three bytes for a character of a JavaScript string. */
const mostBytes = 3

/** Both directions of one connection. */
export class PlainFrames {
  readonly #socket: Socket
  readonly #heard: (id: number, value: unknown) => void
  readonly #flush = (): void => this.#write()
  #slab = Buffer.allocUnsafeSlow(slabBytes)
  #from = 0
  #at = 0
  #scheduled = false
  #parts: Buffer[] = []
  #partBytes = 0
  #needed = headBytes

  constructor(socket: Socket, heard: (id: number, value: unknown) => void) {
    this.#socket = socket
    this.#heard = heard
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  send(id: number, value: unknown): void {
    const text = JSON.stringify(value)
    const room = headBytes + mostBytes * text.length
    if (room > this.#slab.length - this.#at)
      this.#renew(room <= slabBytes ? slabBytes : headBytes + Buffer.byteLength(text))
    const slab = this.#slab
    const bytes = slab.write(text, this.#at + headBytes)
    slab.writeUInt32BE(lengthBytes + bytes, this.#at)
    slab.writeUInt32BE(id, this.#at + lengthBytes)
    this.#at += headBytes + bytes
    if (this.#scheduled) return
    this.#scheduled = true
    process.nextTick(this.#flush)
  }

  #renew(bytes: number): void {
    this.#write()
    this.#slab = Buffer.allocUnsafeSlow(bytes)
    this.#from = 0
    this.#at = 0
  }

  #write(): void {
    this.#scheduled = false
    if (this.#at > this.#from) this.#socket.write(this.#slab.subarray(this.#from, this.#at))
    this.#from = this.#at
  }

  #read(chunk: Buffer): void {
    if (this.#partBytes === 0) return this.#take(chunk)
    this.#parts.push(chunk)
    this.#partBytes += chunk.length
    if (this.#partBytes < this.#needed) return
    const whole = Buffer.concat(this.#parts, this.#partBytes)
    this.#parts = []
    this.#partBytes = 0
    this.#take(whole)
  }

  #take(bytes: Buffer): void {
    let at = 0
    while (bytes.length - at >= headBytes) {
      const end = at + lengthBytes + bytes.readUInt32BE(at)
      if (end > bytes.length) break
      const value: unknown = JSON.parse(bytes.toString('utf8', at + headBytes, end))
      this.#heard(bytes.readUInt32BE(at + lengthBytes), value)
      at = end
    }
    if (at === bytes.length) return
    this.#parts = [bytes.subarray(at)]
    this.#partBytes = bytes.length - at
    this.#needed = this.#partBytes < headBytes ? headBytes : lengthBytes + bytes.readUInt32BE(at)
  }
}
