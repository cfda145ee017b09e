import { type ErrorCode, isMillraceError, MillraceError } from '@millrace/contracts'
import type { ControlLine } from '@millrace/kernel/control'
import type { DeadLetter } from '@millrace/kernel/dead-letters'

/** What became of a letter that was sent again. */
export type SentAgain =
  | { readonly outcome: 'done'; readonly id: string }
  /** Its node could not handle it again: another letter has taken its place. */
  | { readonly outcome: 'again'; readonly id: string; readonly letter: string }
  /** It stays. */
  | { readonly outcome: 'failed'; readonly id: string; readonly error: MillraceError }

/** How letters are sent again. */
export interface SendAgainOptions {
  /** How many are under way at once. */
  readonly inFlight: number
  /** How long all that comes of one may take, in milliseconds. */
  readonly timeoutMs: number
  /** No other is begun from then on; those under way are waited for. */
  readonly stop: AbortSignal
  readonly told: (sent: SentAgain) => void
}

/** After these no other is begun: who sends on would end one worker after the other, or talks to nobody. */
const stopping: readonly ErrorCode[] = [
  'WORKER_CRASHED',
  'WORKER_STALLED',
  'CONTROL_UNAVAILABLE',
  'SHUTTING_DOWN',
  'OVERLOADED',
]

/** How much later than the application this side gives up, in milliseconds. */
const graceMs = 10_000

/**
 * Sends letters to a running application, some at once.
 *
 * @returns the failure after which no other was begun; undefined where all were
 */
export async function sendAgain(
  letters: AsyncIterable<DeadLetter>,
  line: ControlLine,
  { inFlight, timeoutMs, stop, told }: SendAgainOptions,
): Promise<MillraceError | undefined> {
  const iterator = letters[Symbol.asyncIterator]()
  let fatal: MillraceError | undefined
  const send = async (letter: DeadLetter): Promise<void> => {
    const sent = await sendOne(letter, line, timeoutMs)
    if (sent.outcome === 'failed' && stopping.includes(sent.error.code)) fatal ??= sent.error
    told(sent)
  }
  const lane = async (): Promise<void> => {
    while (fatal === undefined && !stop.aborted) {
      const next = await iterator.next()
      if (next.done === true) return
      await send(next.value)
    }
  }
  try {
    await Promise.all(Array.from({ length: inFlight }, lane))
  } finally {
    await iterator.return?.()
  }
  return fatal
}

async function sendOne(letter: DeadLetter, line: ControlLine, timeoutMs: number): Promise<SentAgain> {
  const { id } = letter
  try {
    // Nobody needs to know why it failed, and what was thrown may be longer than what an application hears.
    const facts = { letter: { ...letter, reason: '' }, timeoutMs }
    // The application is of the same version. It may have to wait for a worker first, as long again.
    const end = (await line.ask('dead letter', facts, 2 * timeoutMs + graceMs)) as { readonly letter: string | null }
    return end.letter === null ? { outcome: 'done', id } : { outcome: 'again', id, letter: end.letter }
  } catch (thrown) {
    const error = isMillraceError(thrown)
      ? thrown
      : MillraceError.from(thrown, 'CONTROL_UNAVAILABLE', 'it was not sent')
    return { outcome: 'failed', id, error }
  }
}
