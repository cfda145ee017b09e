import { CommandQueue, type CommandQueueParts } from '../connection/command-queue.js'
import { appendScript } from './scripts.js'

/** How long Redis may take to say that it has an entry, in milliseconds. */
const answerMs = 10_000

/** An entry on its way. */
export interface Letter {
  /** The keys of the inbox: stream and numbers. */
  readonly keys: readonly [stream: string, numbers: string]
  /** Side, number, and the fields of the entry. */
  readonly parts: readonly (string | Buffer)[]
  /** Hears whether Redis has it; false when the inbox is gone, or something that was there before. */
  readonly answered: (there: boolean) => void
  /** Whether Redis may have it. */
  sent: boolean
}

/** Keeps what leaves a process until it is there. */
export type Outbox = CommandQueue<Letter>

/** Makes an outbox. @param failed hears that a connection does not do what it should */
export function createOutbox(failed: CommandQueueParts<Letter>['failed']): Outbox {
  return new CommandQueue<Letter>({
    answerMs,
    send(client, letter) {
      letter.sent = true
      return client.sendCommand(['EVALSHA', appendScript.sha, '2', ...letter.keys, ...letter.parts])
    },
    judge: (letter, there) => letter.answered(there === 1),
    failed,
  })
}
