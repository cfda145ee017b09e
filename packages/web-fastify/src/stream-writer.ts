import type { Writable } from 'node:stream'
import { refusal } from './problem.js'

/** More than this is written at once, without waiting for the end of the turn. */
const largeText = 65_536

/**
 * Writes texts to a client, those of one turn of the event loop together. Whoever writes learns when the client is behind.
 */
export class StreamWriter {
  readonly #to: Writable
  readonly #timeoutMs: number
  #text = ''
  #scheduled = false
  readonly #flush = (): void => {
    this.#scheduled = false
    if (this.#text === '' || this.#to.destroyed) return
    const text = this.#text
    this.#text = ''
    this.#to.write(text)
  }

  /** @param timeoutMs how long a client may read nothing */
  constructor(to: Writable, timeoutMs: number) {
    this.#to = to
    this.#timeoutMs = timeoutMs
  }

  /** @returns a promise where the client is behind; it rejects when the client reads nothing for too long, or is gone */
  write(text: string): undefined | Promise<void> {
    this.#text += text
    if (this.#text.length >= largeText) this.#flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(this.#flush)
    }
    return this.#to.writableNeedDrain ? this.#drained() : undefined
  }

  /** Writes a last text and ends. */
  end(text: string): void {
    if (this.#to.destroyed) return
    this.#text += text
    this.#flush()
    this.#to.end()
  }

  #drained(): Promise<void> {
    const to = this.#to
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(readsNothing(this.#timeoutMs))), this.#timeoutMs)
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

/** The client has gone away. */
export function clientGone(): Error {
  return refusal('REPLY_CANCELLED', 'the client has gone away')
}

function readsNothing(timeoutMs: number): Error {
  return refusal('REPLY_TIMEOUT', `the client has read nothing for ${timeoutMs} ms`)
}
