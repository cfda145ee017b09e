import { Pieces } from './pieces.js'
import { refusal } from './problem.js'

/** How much of a body is taken, and how long. */
export interface BodyLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** Hears once what became of a body: the bytes; or PAYLOAD_TOO_LARGE, WEB_BODY_TIMEOUT, or that the client went away. */
export type BodyHeard = (error: Error | null, bytes?: Buffer) => void

/**
 * Reads whole bodies. All have the same time, so the first that began is the first whose time is over: one timer watches it, and
 * a body that comes at once costs none.
 */
export class BodyReader {
  readonly #limits: BodyLimits
  readonly #now: () => number
  /** The first and the last that began and are not over; each knows its neighbours. A set would be made anew as bodies come and go. */
  #first: Body | undefined
  #last: Body | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param now monotonic, in milliseconds */
  constructor(limits: BodyLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  read(from: NodeJS.ReadableStream, heard: BodyHeard): void {
    const { maxBytes, timeoutMs } = this.#limits
    const body: Body = new Body(from, maxBytes, this.#now() + timeoutMs, (error, bytes) => {
      this.#leave(body)
      heard(error, bytes)
    })
    this.#enter(body)
    this.#timer ??= this.#watch(timeoutMs)
  }

  #enter(body: Body): void {
    const last = this.#last
    body.previous = last
    if (last === undefined) this.#first = body
    else last.next = body
    this.#last = body
  }

  #leave(body: Body): void {
    const { previous, next } = body
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    body.previous = undefined
    body.next = undefined
  }

  /** It keeps no process alive: a connection whose body is awaited does. */
  #watch(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#timePassed(), ms).unref()
  }

  #timePassed(): void {
    const now = this.#now()
    this.#timer = undefined
    for (let body = this.#first; body !== undefined; body = this.#first) {
      if (body.until > now) {
        this.#timer = this.#watch(Math.ceil(body.until - now))
        return
      }
      body.end(tooSlow(this.#limits.timeoutMs))
    }
  }
}

/** A body that is on its way. Its listeners stay, since to take them away costs more than to leave them; once it is over they keep nothing. */
class Body {
  /** When its time is over. */
  readonly until: number
  /** Its neighbours among those that are not over. */
  previous: Body | undefined
  next: Body | undefined
  readonly #from: NodeJS.ReadableStream
  readonly #maxBytes: number
  #heard: BodyHeard | undefined
  readonly #pieces = new Pieces()

  constructor(from: NodeJS.ReadableStream, maxBytes: number, until: number, heard: BodyHeard) {
    this.until = until
    this.#from = from
    this.#maxBytes = maxBytes
    this.#heard = heard
    from
      .on('data', (chunk: Buffer) => this.#take(chunk))
      .on('end', () => this.end(null))
      .on('error', (error: Error) => this.end(error))
      .on('close', () => this.#gone())
  }

  end(error: Error | null): void {
    const heard = this.#heard
    if (heard === undefined) return
    this.#heard = undefined
    const bytes = this.#pieces.take()
    if (error === null) return heard(null, bytes)
    this.#from.resume()
    heard(error)
  }

  #take(chunk: Buffer): void {
    if (this.#heard === undefined) return
    if (this.#pieces.length + chunk.length > this.#maxBytes) this.end(tooLarge(this.#maxBytes))
    else this.#pieces.add(chunk)
  }

  #gone(): void {
    if (this.#heard !== undefined) this.end(refusal('PAYLOAD_INVALID', 'the body ended early'))
  }
}

/** The refusal of a body, or a line, that is too large. */
export function tooLarge(maxBytes: number): Error {
  return refusal('PAYLOAD_TOO_LARGE', `at most ${maxBytes} bytes are taken here`, { max_bytes: maxBytes })
}

function tooSlow(timeoutMs: number): Error {
  return refusal('WEB_BODY_TIMEOUT', `the body did not come within ${timeoutMs} ms`)
}
