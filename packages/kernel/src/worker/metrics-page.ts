import { MillraceError, type WorkerVoice } from '@millrace/contracts'

/** How long a page may take: every worker is asked, for a second at most. */
const deadlineMs = 5000

/** The metrics of the whole application, which only the supervising process can collect, for the worker that serves the web. */
export class MetricsPage {
  readonly #voice: WorkerVoice
  readonly #waiting = new Map<number, (text: string | undefined) => void>()
  #next = 0
  /** The answer that is waited for now. */
  #asked: Promise<string> | undefined

  constructor(voice: WorkerVoice) {
    this.#voice = voice
  }

  /**
   * Asks. However many ask at once, there is one page for all of them: each costs the supervising process time.
   *
   * @throws MillraceError BACKEND_UNAVAILABLE when there is no answer within five seconds
   */
  ask(): Promise<string> {
    this.#asked ??= this.#askNow().finally(() => {
      this.#asked = undefined
    })
    return this.#asked
  }

  /** The supervising process has answered. */
  answered(facts: unknown): void {
    const { id, text } = facts as { readonly id: number; readonly text: string | undefined } // what worker-answers sends
    this.#waiting.get(id)?.(text)
  }

  async #askNow(): Promise<string> {
    const id = this.#next++
    let timer: NodeJS.Timeout | undefined
    const answer = new Promise<string | undefined>((resolve) => {
      this.#waiting.set(id, resolve)
      timer = setTimeout(resolve, deadlineMs, undefined)
    })
    this.#voice.tell('metrics page wanted', { id })
    const text = await answer
    clearTimeout(timer)
    this.#waiting.delete(id)
    if (text !== undefined) return text
    throw new MillraceError('BACKEND_UNAVAILABLE', 'the supervising process did not collect the metrics in time')
  }
}
