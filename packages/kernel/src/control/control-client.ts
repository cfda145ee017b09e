import { rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { MillraceError } from '@millrace/contracts'
import { applicationsIn, type FoundApplication, socketName } from './control-folder.js'
import { type ControlAnswer, LineReader, longestAnswerBytes, readAnswer } from './control-protocol.js'

/** How long a running application may take to begin an answer, in milliseconds. */
const answerMs = 10_000

/**
 * Finds the application that is meant.
 *
 * @param wanted its scenario or its pid. @default the only one that runs
 * @throws MillraceError CONTROL_UNAVAILABLE when none fits, or more than one
 */
export function findApplication(wanted?: string, folder?: string): FoundApplication {
  const running = applicationsIn(folder)
  const fitting = wanted === undefined ? running : running.filter((one) => fits(one, wanted))
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only
  const list = running.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
  if (fitting.length > 1) throw none(`several run, and one must be named by its scenario or its pid: ${list}`)
  if (running.length === 0)
    throw none('none runs; start one with millrace run, as the same user and with the same XDG_RUNTIME_DIR and TMPDIR')
  throw none(`none is called '${wanted}'; these run: ${list}`)
}

function fits({ name, pid }: FoundApplication, wanted: string): boolean {
  return name === socketName(wanted) || String(pid) === wanted
}

/** A question under way. */
export interface Conversation extends AsyncIterable<unknown> {
  /** Ends it; the iteration ends. */
  close(): void
}

/**
 * Asks a running application. What it says comes item by item; the last answer is the last item, where it says anything.
 *
 * @param firstMs how long the first item may take
 * @throws MillraceError by the iteration: what the application answered; CONTROL_UNAVAILABLE when it is gone or says nothing
 */
export function converse(
  application: FoundApplication,
  ask: string,
  facts: object = {},
  firstMs: number = answerMs,
): Conversation {
  const socket = connect(application.path).setEncoding('utf8')
  socket.write(`${JSON.stringify({ id: 1, ask, facts })}\n`)
  const ended = new AbortController()
  return {
    [Symbol.asyncIterator]: () => said(application, socket, { ended: ended.signal, firstMs }),
    close() {
      ended.abort()
      socket.destroy()
    },
  }
}

async function* said(
  application: FoundApplication,
  socket: Socket,
  { ended, firstMs }: { readonly ended: AbortSignal; readonly firstMs: number },
): AsyncGenerator<unknown> {
  const lines = new LineReader(longestAnswerBytes)
  const silence = setTimeout(() => socket.destroy(silent(application, firstMs)), firstMs)
  try {
    for await (const piece of socket as AsyncIterable<string>) {
      clearTimeout(silence)
      const complete = lines.take(piece)
      if (complete === undefined) throw notAnAnswer(application)
      for (const line of complete) {
        const answer = readAnswer(line)
        if (answer === undefined) throw notAnAnswer(application)
        if ('error' in answer) throw errorOf(answer)
        const item = 'item' in answer ? answer.item : answer.done
        if (item !== null && item !== undefined) yield item
        if ('done' in answer) return
      }
    }
  } catch (thrown) {
    if (!ended.aborted) throw failureOf(application, thrown)
  } finally {
    clearTimeout(silence)
    socket.destroy()
  }
}

/** What an application has answered with. */
export function errorOf({
  error: { code, message, facts },
}: Extract<ControlAnswer, { error: unknown }>): MillraceError {
  return new MillraceError(code, message.slice(code.length + 2), { facts })
}

/** A socket that nobody listens on was left by a process whose number another has now. */
export function failureOf(application: FoundApplication, thrown: unknown): MillraceError {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'ECONNREFUSED') rmSync(application.path, { force: true })
  return MillraceError.from(
    thrown,
    'CONTROL_UNAVAILABLE',
    `${nameOf(application)} cannot be reached: ${code ?? 'it has ended'}`,
  )
}

/** An application that has not answered in time. */
export function silent(application: FoundApplication, ms: number): MillraceError {
  return none(`${nameOf(application)} has not answered within ${ms} ms; its event loop is blocked, or it is suspended`)
}

/** An application that does not speak as this one does. */
export function notAnAnswer(application: FoundApplication): MillraceError {
  return none(`${nameOf(application)} says what is no answer; it may be of another version`)
}

function nameOf({ name, pid }: FoundApplication): string {
  return `${name} (pid ${pid})`
}

function none(why: string): MillraceError {
  return new MillraceError('CONTROL_UNAVAILABLE', `no running application can be reached: ${why}`)
}
