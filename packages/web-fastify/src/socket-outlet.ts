import type { WebSocket } from 'ws'

/** More unsent bytes than this are much. */
const muchUnsent = 65_536

/** What is on its way to a client, and whether the client takes it. */
export class SocketOutlet {
  readonly #socket: WebSocket
  readonly #timeoutMs: number
  #taken = 0
  #sent: Promise<void> | undefined
  readonly #left = (): void => {
    this.#taken += 1
  }

  /** @param timeoutMs how long a client for which much is on its way may take nothing */
  constructor(socket: WebSocket, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
  }

  /** How many messages the client has taken. */
  get taken(): number {
    return this.#taken
  }

  /** Whether so much is unsent that nothing more should be made. */
  get full(): boolean {
    return this.#socket.bufferedAmount > muchUnsent
  }

  send(text: string): void {
    this.#socket.send(text, this.#left)
  }

  /**
   * Resolves when the client has taken all that is for it now, and rejects when the connection has ended. A client that takes
   * nothing for its time is disconnected.
   */
  sent(): Promise<void> {
    this.#sent ??= this.#takesAll().finally(() => {
      this.#sent = undefined
    })
    return this.#sent
  }

  #takesAll(): Promise<void> {
    const timer = this.#watch()
    return new Promise((resolve, reject) => {
      // An empty ping leaves after everything before it.
      this.#socket.ping(undefined, undefined, (error) => {
        clearInterval(timer)
        if (error) reject(error)
        else resolve()
      })
    })
  }

  #watch(): NodeJS.Timeout {
    let seen = this.#taken
    const timer = setInterval(() => {
      if (this.#taken !== seen) {
        seen = this.#taken
        return
      }
      clearInterval(timer)
      this.#socket.terminate()
    }, this.#timeoutMs)
    return timer
  }
}
