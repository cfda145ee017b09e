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
 * S1  At most {@link mostOpen} ids are open; then nothing more is read until one is done.
 * S2  Replies of a stream wait until the client has taken those before; a client that takes nothing for the interface's
 *     `timeout_ms` is disconnected.
 * S3  When the connection ends, all that is open is cancelled.
 */
import type { AskOptions, Exchange, WebSocketInterface } from '@millrace/contracts'
import type { RawData, WebSocket } from 'ws'
import { textOf } from './answer.js'
import { parseJson } from './json-body.js'
import { problemOf, refusal } from './problem.js'
import type { Place } from './statuses.js'
import type { Trace } from './traceparent.js'

/** How many questions of one client may be open. */
const mostOpen = 64

/** More unsent bytes than this make a stream wait, and more questions too. */
const muchUnsent = 65_536

/** Longer ids are refused. */
const longestId = 128

/** What a session is made of. */
export interface SocketSessionParts {
  readonly socket: WebSocket
  readonly face: WebSocketInterface
  /** Of the next question. */
  readonly trace: () => Trace
  /** Takes one question from what the client may ask. @returns the refusal when it has none left */
  readonly spend: () => Error | undefined
  /** Whether nothing new is taken. */
  readonly draining: () => boolean
}

type Id = string | number

/** The questions of one connection. */
export class SocketSession {
  readonly #parts: SocketSessionParts
  readonly #exchange: Exchange
  readonly #open = new Map<Id, () => void>()
  #alive = true

  constructor(parts: SocketSessionParts) {
    const { socket, face } = parts
    this.#parts = parts
    this.#exchange = face.exchange
    socket.on('message', (data) => this.#heard(data))
    socket.on('pong', () => {
      this.#alive = true
    })
    socket.on('error', () => undefined) // its close follows
    socket.once('close', () => this.#closed())
  }

  /** Pings; a client that has not answered the last one is gone. */
  ping(): void {
    const { socket } = this.#parts
    if (!this.#alive) return socket.terminate()
    this.#alive = false
    socket.ping()
  }

  /** Answers what is open and then closes. */
  drain(): void {
    if (this.#open.size === 0) this.#parts.socket.close(1001, 'SHUTTING_DOWN')
  }

  #heard(data: RawData): void {
    let id: Id | undefined
    try {
      const message = readMessage(parseJson(data as Buffer)) // ws gives buffers
      id = message.id
      this.#take(message)
    } catch (refused) {
      this.#sendError(id, refused, 'refused')
    }
  }

  #take({ id, request, stream, cancel }: ClientMessage): void {
    if (cancel === true) return this.#cancel(id)
    if (this.#open.has(id)) throw refusal('WEB_REQUEST_IN_FLIGHT', 'this id is open; choose another')
    if (this.#parts.draining()) throw refusal('SHUTTING_DOWN', 'the service is going down')
    const spent = this.#parts.spend()
    if (spent !== undefined) throw spent
    const { id: traceId, parent: traceparent } = this.#parts.trace()
    const options = { timeoutMs: this.#parts.face.policies.timeoutMs, traceId, traceparent }
    if (stream === undefined) this.#ask(id, request, options)
    else void this.#stream(id, this.#exchange.stream(stream, options))
    if (this.#open.size >= mostOpen) this.#parts.socket.pause()
  }

  #ask(id: Id, payload: unknown, options: AskOptions): void {
    const { reply, cancel } = this.#exchange.ask(payload, options)
    this.#open.set(id, cancel)
    reply.then(
      (value) => this.#finish(id, frame(id, 'reply', textOf(value))),
      (error: unknown) => this.#finish(id, errorFrame(id, error, 'failed')),
    )
  }

  async #stream(id: Id, items: AsyncIterableIterator<unknown>): Promise<void> {
    this.#open.set(id, () => void items.return?.())
    try {
      for await (const item of items) {
        this.#parts.socket.send(frame(id, 'reply', textOf(item)))
        if (this.#parts.socket.bufferedAmount > muchUnsent) await this.#sent()
      }
      this.#finish(id, frame(id, 'end', 'true'))
    } catch (error) {
      this.#finish(id, errorFrame(id, error, 'failed'))
    }
  }

  #cancel(id: Id): void {
    const cancel = this.#open.get(id)
    cancel?.()
  }

  #finish(id: Id, text: string): void {
    if (!this.#open.delete(id)) return
    const { socket, draining } = this.#parts
    socket.send(text)
    if (socket.isPaused) socket.resume()
    if (draining()) this.drain()
  }

  #sendError(id: Id | undefined, error: unknown, place: Place): void {
    this.#parts.socket.send(errorFrame(id, error, place))
    if (this.#parts.socket.bufferedAmount > muchUnsent) this.#holdUntilSent()
  }

  /** Reads nothing more until the client has taken what is for it. */
  #holdUntilSent(): void {
    const { socket } = this.#parts
    socket.pause()
    this.#sent().then(
      () => socket.resume(),
      () => undefined,
    )
  }

  /** Resolves when the client has taken all that is for it now; one that does not is disconnected. */
  #sent(): Promise<void> {
    const { socket, face } = this.#parts
    const { timeoutMs } = face.policies
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.terminate(), timeoutMs)
      // An empty ping leaves after everything before it.
      socket.ping(undefined, undefined, (error) => {
        clearTimeout(timer)
        if (error) reject(error)
        else resolve()
      })
    })
  }

  #closed(): void {
    for (const cancel of [...this.#open.values()]) cancel()
    this.#open.clear()
  }
}

interface ClientMessage {
  readonly id: Id
  readonly request: unknown
  readonly stream: unknown
  readonly cancel: unknown
}

function readMessage(value: unknown): ClientMessage {
  const { id, request, stream, cancel } = isRecord(value) ? value : {}
  const known = typeof id === 'number' || (typeof id === 'string' && id.length <= longestId)
  if (!known)
    throw refusal('PAYLOAD_INVALID', `a message is an object with an id: a number, or at most ${longestId} letters`)
  if ([request, stream, cancel].filter((part) => part !== undefined).length !== 1)
    throw refusal('PAYLOAD_INVALID', 'a message holds one of request, stream and cancel')
  return { id, request, stream, cancel }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function frame(id: Id, part: 'reply' | 'end', json: string): string {
  return `{"id":${JSON.stringify(id)},"${part}":${json}}`
}

function errorFrame(id: Id | undefined, error: unknown, place: Place): string {
  return JSON.stringify({ ...(id === undefined ? {} : { id }), error: problemOf(error, place) })
}
