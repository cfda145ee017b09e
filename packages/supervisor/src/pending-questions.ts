import { MillraceError } from '@millrace/contracts'
import type { FromWorker } from './control-message.js'
import { createDeferred, type Deferred } from './deferred.js'
import { errorOf } from './error-report.js'

/** Questions that a worker has not answered yet. */
export interface PendingQuestions {
  /**
   * Asks one.
   *
   * @param send sends it under its number
   * @throws MillraceError what the worker threw; REPLY_TIMEOUT; what {@link PendingQuestions.end} was given
   */
  ask(question: string, timeoutMs: number, send: (id: number) => void): Promise<unknown>
  /** The worker answers, or refuses to. What is answered too late is dropped. */
  answered(message: FromWorker & { readonly millrace: 'answer' | 'refusal' }): void
  /** Nothing will be answered any more. */
  end(error: MillraceError): void
}

/** @param worker its slot, for the errors */
export function createPendingQuestions(worker: string): PendingQuestions {
  const pending = new Map<number, Deferred<unknown>>()
  let lastId = 0

  return {
    async ask(question, timeoutMs, send) {
      const id = ++lastId
      const answer = createDeferred<unknown>()
      pending.set(id, answer)
      const timer = setTimeout(() => answer.reject(unanswered(worker, question, timeoutMs)), timeoutMs)
      try {
        send(id)
        return await answer.promise
      } finally {
        clearTimeout(timer)
        pending.delete(id)
      }
    },
    answered(message) {
      const answer = pending.get(message.id)
      if (message.millrace === 'answer') answer?.resolve(message.value)
      else answer?.reject(errorOf(message.report))
    },
    end(error) {
      for (const answer of pending.values()) answer.reject(error)
    },
  }
}

function unanswered(worker: string, question: string, timeoutMs: number): MillraceError {
  return new MillraceError(
    'REPLY_TIMEOUT',
    `${worker} did not answer ${question} within ${timeoutMs} ms; it is busy, or its event loop is blocked`,
    { facts: { worker, question, timeoutMs } },
  )
}
