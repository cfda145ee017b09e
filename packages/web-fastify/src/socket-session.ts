/**
 * One WebSocket connection. Every message is JSON with an `id` that the client chooses:
 *
 *   client → {"id", "request": payload}     one reply is wanted
 *   client → {"id", "stream": payload}      every reply is wanted
 *   client → {"id", "cancel": true}         nobody waits any longer
 *   server → {"id", "reply": payload}       of a request; or, several times, of a stream
 *   server → {"id", "end": true}            of a stream
 *   server → {"id", "error": problem}       the last word under this id
 *
 * S1  At most {@link mostOpen} questions are open. Further ones wait, and when much waits nothing more is read; what one read of
 *     the socket has brought by then waits too. Until then a cancel and a pong are heard, however many are open.
 * S2  While much is unsent, no question begins and no stream goes on; a client that takes nothing for the interface's
 *     `timeout_ms` is disconnected.
 * S3  When the connection ends, all that is open is cancelled, and what waits is forgotten.
 * S4  A client that does not answer pings is gone. While nothing is read no pong can be heard: then one is gone that takes
 *     nothing of much that is unsent.
 */
import type { AskOptions, Exchange, WebSocketInterface } from '@millrace/contracts'
import type { WebSocket } from 'ws'
import { refusal } from './problem.js'
import { type ClientMessage, endFrame, errorFrame, type Id, readMessage, replyFrame } from './socket-messages.js'
import { SocketOutlet } from './socket-outlet.js'
import type { Trace } from './traceparent.js'

/** How many questions of one client may be open. */
const mostOpen = 64

/** When more bytes of questions wait, nothing more is read. */
const muchWaiting = 65_536

/** What a question that waits takes beside its text, in bytes. */
const besideTextBytes = 512

/** What a session is made of. */
export interface SocketSessionParts {
  readonly socket: WebSocket
  readonly face: WebSocketInterface
  /** Makes the payload of a question of what the client has sent. */
  readonly payloadOf: (sent: unknown) => unknown
  /** Of the next question. */
  readonly trace: () => Trace
  /** Takes one question from what the client may ask. @returns the refusal when it has none left */
  readonly spend: () => Error | undefined
  /** Whether nothing new is taken. */
  readonly draining: () => boolean
}

interface Question {
  readonly message: ClientMessage
  readonly bytes: number
}

/** The questions of one connection. */
export class SocketSession {
  readonly #parts: SocketSessionParts
  readonly #exchange: Exchange
  readonly #outlet: SocketOutlet
  readonly #open = new Map<Id, () => void>()
  readonly #waiting = new Map<Id, Question>()
  #waitingBytes = 0
  /** Whether refusals are among the much that is unsent. */
  #refusedMuch = false
  /** Whether it goes on when what is unsent has been sent. */
  #held = false
  #alive = true
  #takenAtPing = 0

  constructor(parts: SocketSessionParts) {
    const { socket, face } = parts
    this.#parts = parts
    this.#exchange = face.exchange
    this.#outlet = new SocketOutlet(socket, face.policies.timeoutMs)
    socket.on('message', (data) => this.#heard(data as Buffer)) // ws gives buffers
    socket.on('pong', () => {
      this.#alive = true
    })
    socket.on('error', () => undefined) // its close follows
    socket.once('close', () => this.#closed())
  }

  /** Pings; a client that has not answered the last one is gone (S4). */
  ping(): void {
    const { socket } = this.#parts
    const { full, taken } = this.#outlet
    if (socket.isPaused && !full) return
    const takes = socket.isPaused && taken !== this.#takenAtPing
    if (!this.#alive && !takes) return socket.terminate()
    this.#alive = false
    this.#takenAtPing = taken
    socket.ping()
  }

  /** Answers what was asked and then closes. */
  drain(): void {
    if (this.#open.size + this.#waiting.size === 0) this.#parts.socket.close(1001, 'SHUTTING_DOWN')
  }

  #heard(data: Buffer): void {
    if (!this.#isOpen()) return
    let id: Id | undefined
    try {
      const message = readMessage(data)
      id = message.id
      if (message.cancel === true) this.#cancel(id)
      else this.#take(message, data.byteLength)
    } catch (refused) {
      this.#refuse(id, refused)
    }
    this.#readOrNot()
  }

  #take(message: ClientMessage, textBytes: number): void {
    const { id } = message
    if (this.#open.has(id) || this.#waiting.has(id))
      throw refusal('WEB_REQUEST_IN_FLIGHT', 'this id is open; choose another')
    if (this.#parts.draining()) throw refusal('SHUTTING_DOWN', 'the service is going down')
    const spent = this.#parts.spend()
    if (spent !== undefined) throw spent
    if (this.#waiting.size === 0 && this.#hasRoom()) return this.#begin(message)
    const bytes = textBytes + besideTextBytes
    this.#waiting.set(id, { message, bytes })
    this.#waitingBytes += bytes
  }

  #hasRoom(): boolean {
    return this.#open.size < mostOpen && !this.#outlet.full && this.#isOpen()
  }

  #isOpen(): boolean {
    const { socket } = this.#parts
    return socket.readyState === socket.OPEN
  }

  #begin({ id, request, stream }: ClientMessage): void {
    const { id: traceId, parent: traceparent } = this.#parts.trace()
    const options = { timeoutMs: this.#parts.face.policies.timeoutMs, traceId, traceparent }
    const payload = this.#parts.payloadOf(stream === undefined ? request : stream)
    if (stream === undefined) this.#ask(id, payload, options)
    else void this.#stream(id, this.#exchange.stream(payload, options))
  }

  #ask(id: Id, payload: unknown, options: AskOptions): void {
    const { reply, cancel } = this.#exchange.ask(payload, options)
    this.#open.set(id, cancel)
    reply.then(
      (value) => this.#finish(id, replyFrame(id, value)),
      (error: unknown) => this.#finish(id, errorFrame(id, error, 'failed')),
    )
  }

  async #stream(id: Id, items: AsyncIterableIterator<unknown>): Promise<void> {
    this.#open.set(id, () => void items.return?.())
    try {
      for await (const item of items) {
        this.#send(replyFrame(id, item))
        while (this.#outlet.full) await this.#outlet.sent()
      }
      this.#finish(id, endFrame(id))
    } catch (error) {
      this.#finish(id, errorFrame(id, error, 'failed'))
    }
  }

  #cancel(id: Id): void {
    this.#open.get(id)?.()
    if (!this.#forget(id)) return
    this.#send(errorFrame(id, refusal('REPLY_CANCELLED', 'it was cancelled before it began'), 'failed'))
    this.#goOn()
  }

  #finish(id: Id, text: string): void {
    if (!this.#open.delete(id)) return
    this.#send(text)
    this.#goOn()
  }

  /** Takes a question from those that wait. */
  #forget(id: Id): boolean {
    this.#waitingBytes -= this.#waiting.get(id)?.bytes ?? 0
    return this.#waiting.delete(id)
  }

  #refuse(id: Id | undefined, error: unknown): void {
    this.#send(errorFrame(id, error, 'refused'))
    this.#refusedMuch ||= this.#outlet.full
  }

  #send(text: string): void {
    this.#outlet.send(text)
    if (this.#outlet.full) this.#goOnWhenSent()
  }

  #goOnWhenSent(): void {
    if (this.#held) return
    this.#held = true
    this.#outlet.sent().then(
      () => {
        this.#held = false
        this.#refusedMuch = false
        this.#goOn()
      },
      () => undefined, // the connection has ended
    )
  }

  /** Begins what waits, as far as there is room, and closes where there is nothing more to do. */
  #goOn(): void {
    for (const [id, { message }] of this.#waiting) {
      if (!this.#hasRoom()) break
      this.#forget(id)
      this.#beginLate(message)
    }
    if (this.#outlet.full) this.#goOnWhenSent()
    this.#readOrNot()
    if (this.#parts.draining()) this.drain()
  }

  #beginLate(message: ClientMessage): void {
    try {
      this.#begin(message)
    } catch (refused) {
      this.#refuse(message.id, refused)
    }
  }

  #readOrNot(): void {
    const { socket } = this.#parts
    const reads = this.#waitingBytes <= muchWaiting && !this.#refusedMuch
    if (!reads && !socket.isPaused) socket.pause()
    if (!reads || !socket.isPaused) return
    this.#alive = true // its pongs were not read
    socket.resume()
  }

  #closed(): void {
    this.#waiting.clear()
    for (const cancel of [...this.#open.values()]) cancel()
    this.#open.clear()
  }
}
