import { type FromWorker, messageToWorker, type ToWorker } from '../control-message.js'

/** The worker's end of the channel to its supervisor. */
export interface WorkerChannel {
  /** Sends a message. One that cannot be sent is dropped: then the supervisor is gone, and the process ends. */
  send(message: FromWorker): void
  /** Resolves when all that was sent has left the process, or cannot. */
  flushed(): Promise<void>
}

/**
 * Opens the channel that this process inherited.
 *
 * @throws TypeError when the process was not started by a supervisor
 */
export function openChannel(received: (message: ToWorker, socket: unknown) => void, lost: () => void): WorkerChannel {
  const send = process.send?.bind(process)
  if (send === undefined) {
    throw new TypeError('runWorker is for the main module of a worker; a supervisor must have started this process')
  }
  process.on('message', (given: unknown, socket: unknown) => {
    const message = messageToWorker(given)
    if (message !== undefined) received(message, socket)
  })
  process.once('disconnect', lost)
  let last = Promise.resolve()
  return {
    send(message) {
      last = new Promise((resolve) => void send(message, undefined, undefined, () => resolve()))
    },
    flushed: () => last,
  }
}
