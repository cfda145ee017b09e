import type { EventEmitter, MillraceError } from '@millrace/contracts'
import { randomHex } from '../runner/random-hex.js'
import type { FailedMessage } from '../runner/runner.js'
import { reasonOf } from './reason-of.js'
import { Retry } from './retry.js'

/** A letter that is about to be written. */
export interface NewLetter {
  readonly id: string
  /** As JSON, on one line. */
  readonly text: string
  /** The id of the letter whose message has failed again. */
  readonly replaces: string | undefined
  /** It is written: whoever has sent its message again hears of it. */
  readonly written: () => void
}

/** What a letter is written with. */
export interface LetterParts {
  /** Wall time in milliseconds since the epoch. */
  readonly now: () => number
  /** Takes secrets out of what was thrown; the payload stays as it is, to be sent again. */
  readonly events: EventEmitter
}

/** Makes a letter of a message: `{"id","at","node","code","reason","type","position","trace","payload"}`. */
export function newLetter(
  node: string,
  error: MillraceError,
  { route, payload, root, position }: FailedMessage,
  { now, events }: LetterParts,
): NewLetter {
  const retry = root.owner instanceof Retry && root.owner.node === node ? root.owner : undefined
  const id = randomHex(8)
  const text = JSON.stringify({
    id,
    at: new Date(now()).toISOString(),
    node,
    code: error.code,
    reason: events.redactor.text(reasonOf(error)),
    type: route.messageType.name,
    position,
    trace: root.traceId,
    ...(retry && { retries: retry.retries + 1, replaces: retry.letter }),
    payload: payload instanceof Uint8Array ? { base64: Buffer.from(payload).toString('base64') } : payload,
  })
  return {
    id,
    text,
    replaces: retry?.letter,
    written() {
      if (retry !== undefined) retry.successor = id
    },
  }
}
