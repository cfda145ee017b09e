import { connect } from 'node:net'
import type { MillraceError } from '@millrace/contracts'
import { errorOf, failureOf, notAnAnswer, silent } from './control-client.js'
import type { FoundApplication } from './control-folder.js'
import { LineReader, longestAnswerBytes, readAnswer } from './control-protocol.js'

/** A connection to a running application, for one question after the other, or several at once. */
export interface ControlLine {
  /**
   * Asks something that has one answer.
   *
   * @throws MillraceError what the application answered; CONTROL_UNAVAILABLE when it is gone, or has not answered in time
   */
  ask(question: string, facts: object, timeoutMs: number): Promise<unknown>
  close(): void
}

interface Asked {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: MillraceError) => void
}

/** Connects to an application that `findApplication` has found. */
export function openControlLine(application: FoundApplication): ControlLine {
  const socket = connect(application.path).setEncoding('utf8')
  const lines = new LineReader(longestAnswerBytes)
  const asked = new Map<number, Asked>()
  let lastId = 0
  let over: MillraceError | undefined

  function end(thrown: unknown): void {
    over ??= failureOf(application, thrown)
    for (const { reject } of asked.values()) reject(over)
    asked.clear()
    socket.destroy()
  }

  function heard(line: string): void {
    const answer = readAnswer(line)
    const waiting = asked.get(answer?.id ?? -1)
    if (answer === undefined) return end(notAnAnswer(application))
    asked.delete(answer.id)
    if ('error' in answer) waiting?.reject(errorOf(answer))
    else waiting?.resolve('done' in answer ? answer.done : undefined)
  }

  socket.on('data', (piece: unknown) => {
    const complete = lines.take(String(piece))
    if (complete === undefined) return end(notAnAnswer(application))
    for (const line of complete) heard(line)
  })
  socket.on('error', end)
  socket.on('close', () => end(undefined))
  return {
    async ask(question, facts, timeoutMs) {
      if (over !== undefined) throw over
      const id = ++lastId
      let timer: NodeJS.Timeout | undefined
      try {
        return await new Promise((resolve, reject) => {
          asked.set(id, { resolve, reject })
          timer = setTimeout(() => reject(silent(application, timeoutMs)), timeoutMs)
          socket.write(`${JSON.stringify({ id, ask: question, facts })}\n`)
        })
      } finally {
        clearTimeout(timer)
        asked.delete(id)
      }
    },
    close: () => void socket.destroy(),
  }
}
