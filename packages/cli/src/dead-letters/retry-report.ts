import type { LetterSummary } from '@millrace/kernel/dead-letters'
import type { Io } from '../io.js'
import { printable } from '../printable.js'
import { createProgressLine } from '../run/progress-line.js'
import { lettersInWords } from './letter-table.js'
import type { SentAgain } from './send-again.js'

/** How many failures are told one by one. */
const mostTold = 10

/** What became of letters that were sent again, as `--json` prints it. */
export interface RetryResult {
  readonly retried: readonly string[]
  readonly again: readonly { readonly id: string; readonly letter: string }[]
  readonly failed: readonly { readonly id: string; readonly code: string; readonly message: string }[]
  readonly untried: readonly string[]
  readonly unknown: readonly string[]
  readonly left: number
}

/** Keeps what became of letters, and tells people meanwhile. */
export class RetryReport {
  readonly #io: Io
  readonly #meant: readonly LetterSummary[]
  readonly #outcomes = new Map<string, SentAgain>()
  readonly #progress: ReturnType<typeof createProgressLine>
  #told = 0

  /** @param clock monotonic, in milliseconds */
  constructor(io: Io, meant: readonly LetterSummary[], clock: () => number) {
    this.#io = io
    this.#meant = meant
    this.#progress = createProgressLine(io.stderr, io.stderr.isTTY === true ? 'bar' : 'lines', clock)
  }

  /** The letters that are in the store no more. */
  get gone(): readonly string[] {
    return [...this.#outcomes.values()].flatMap(({ outcome, id }) => (outcome === 'failed' ? [] : [id]))
  }

  readonly tell = (sent: SentAgain): void => {
    this.#outcomes.set(sent.id, sent)
    if (sent.outcome !== 'done' && this.#told++ < mostTold) this.say(failureText(sent))
    this.#progress.show('sent again', { done: this.#outcomes.size, total: this.#meant.length, unit: 'letters' })
  }

  say(text: string): void {
    this.#progress.clear()
    this.#io.stderr.write(printable(`${text}\n`))
  }

  /** The end of it. @param left how many letters there are now */
  result(unknown: readonly string[], left: number): RetryResult {
    const outcomes = [...this.#outcomes.values()]
    return {
      retried: outcomes.flatMap((sent) => (sent.outcome === 'done' ? [sent.id] : [])),
      again: outcomes.flatMap((sent) => (sent.outcome === 'again' ? [{ id: sent.id, letter: sent.letter }] : [])),
      failed: outcomes.flatMap((sent) =>
        sent.outcome === 'failed' ? [{ id: sent.id, code: sent.error.code, message: sent.error.message }] : [],
      ),
      untried: this.#meant.flatMap(({ id }) => (this.#outcomes.has(id) ? [] : [id])),
      unknown,
      left,
    }
  }

  /** Says how it ended. */
  sum({ retried, again, failed, untried, left }: RetryResult): void {
    if (this.#told > mostTold) this.say(`and ${this.#told - mostTold} more`)
    const parts = [
      [again.length, 'failed again'],
      [failed.length, 'not done'],
      [untried.length, 'not tried'],
    ] as const
    const rest = parts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []))
    this.say(`${[`${lettersInWords(retried.length)} sent again and done`, ...rest].join(', ')}; ${left} left`)
  }
}

function failureText(sent: Exclude<SentAgain, { readonly outcome: 'done' }>): string {
  if (sent.outcome === 'again') return `${sent.id} failed again and is ${sent.letter} now`
  return `${sent.id} stays: ${sent.error.message}`
}
