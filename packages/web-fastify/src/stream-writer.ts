/**
 * Writes a stream of texts to one client.
 *
 * S1  The texts of one turn of the event loop leave together.
 * S2  A client is behind from a write that did not fit until 'drain': answers over HTTP/2 do not say so themselves.
 * S3  Nothing is written to a client that has gone away, or has read nothing for too long: the latter is cut off.
 * S4  The last text may wait for the client as long as any.
 */
import type { ServerResponse } from 'node:http'
import { constants, type Http2ServerResponse } from 'node:http2'
import { refusal } from './problem.js'

/** More than this is written at once, without waiting for the end of the turn. */
const largeText = 65_536

/** An answer over either protocol. */
export type Answer = ServerResponse | Http2ServerResponse

/** What both have in common. */
interface Outlet extends NodeJS.EventEmitter {
  /** @returns whether there is room for more */
  write(text: string): boolean
  end(): unknown
}

type Client = 'reading' | 'behind' | 'silent' | 'gone'

/** Writes texts to a client. Whoever writes learns when the client is behind. */
export class StreamWriter {
  readonly #to: Answer & Outlet
  readonly #timeoutMs: number
  #client: Client
  #text = ''
  #scheduled = false
  readonly #flush = (): void => {
    this.#scheduled = false
    const text = this.#text
    this.#text = ''
    if (text === '' || this.#client === 'silent' || this.#client === 'gone') return
    if (!this.#to.write(text)) this.#client = 'behind'
  }

  /** @param timeoutMs how long a client may read nothing */
  constructor(to: Answer, timeoutMs: number) {
    this.#to = to
    this.#timeoutMs = timeoutMs
    this.#client = isGone(to) ? 'gone' : 'reading'
    this.#to.on('drain', () => {
      if (this.#client === 'behind') this.#client = 'reading'
    })
    this.#to.once('close', () => {
      this.#client = 'gone'
    })
  }

  /** @returns a promise where the client is behind; it rejects when the client reads nothing for too long, or is gone */
  write(text: string): undefined | Promise<void> {
    this.#text += text
    if (this.#text.length >= largeText) this.#flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(this.#flush)
    }
    if (this.#client === 'reading') return undefined
    return this.#client === 'behind' ? this.#drained() : Promise.reject(clientGone())
  }

  /** Writes a last text and ends. */
  end(text: string): void {
    if (this.#client === 'gone') return
    if (this.#client === 'silent') return cutOff(this.#to)
    this.#text += text
    this.#flush()
    this.#to.end()
    const timer = setTimeout(() => cutOff(this.#to), this.#timeoutMs)
    this.#to.once('close', () => clearTimeout(timer))
  }

  #drained(): Promise<void> {
    const to = this.#to
    return new Promise((resolve, reject) => {
      const silent = (): void => {
        this.#client = 'silent'
        settle(() => reject(readsNothing(this.#timeoutMs)))
      }
      const timer = setTimeout(silent, this.#timeoutMs)
      const drained = (): void => settle(resolve)
      const gone = (): void => settle(() => reject(clientGone()))
      function settle(how: () => void): void {
        clearTimeout(timer)
        to.off('drain', drained).off('close', gone)
        how()
      }
      to.once('drain', drained).once('close', gone)
    })
  }
}

/** Closes the answer to a client that reads nothing: it must not be taken for whole. */
export function cutOff(answer: Answer): void {
  if (isHttp2(answer)) answer.stream.close(constants.NGHTTP2_CANCEL)
  else answer.destroy()
}

/** The client has gone away. */
export function clientGone(): Error {
  return refusal('REPLY_CANCELLED', 'the client has gone away')
}

function readsNothing(timeoutMs: number): Error {
  return refusal('REPLY_TIMEOUT', `the client has read nothing for ${timeoutMs} ms`)
}

function isHttp2(answer: Answer): answer is Http2ServerResponse {
  return 'stream' in answer
}

function isGone(answer: Answer): boolean {
  return isHttp2(answer) ? answer.stream.destroyed : answer.destroyed
}
