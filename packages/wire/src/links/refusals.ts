import {
  type ErrorCode,
  type EventEmitter,
  isMillraceError,
  type MillraceError,
  type SlotId,
} from '@millrace/contracts'

/** Counts what was refused, by its reason, and tells each as an event. */
export class Refusals {
  readonly #events: EventEmitter
  readonly #counts = new Map<ErrorCode, number>()

  constructor(events: EventEmitter) {
    this.#events = events
  }

  /** @param peer who it claims or has proved to be; undefined when it said nothing */
  add(error: unknown, peer: SlotId | undefined): void {
    const code = codeOf(error)
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
    this.#events.emit('security.refused', peer === undefined ? { code } : { code, peer })
  }

  /** How often each reason was given. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}

/** What is no error of the wire came up while a frame was decoded: the frame was not what it should be. */
function codeOf(error: unknown): MillraceError['code'] {
  return isMillraceError(error) ? error.code : 'SEC_FRAME_MALFORMED'
}
