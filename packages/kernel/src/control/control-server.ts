import { setMaxListeners } from 'node:events'
import { chmodSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { MillraceError } from '@millrace/contracts'
import { defaultMaxPayloadBytes } from '../payload/max-payload-bytes.js'
import type { Runtime } from '../runtime/runtime.js'
import { controlAnswers, type Tell } from './control-answers.js'
import { newSocketPath } from './control-folder.js'
import {
  type ControlAnswer,
  type ControlQuestion,
  LineReader,
  longestQuestionBytes,
  readQuestion,
} from './control-protocol.js'

/**
 * How many clients are heard at once, how many questions of one may be open, and how much one may leave unread before it is told
 * nothing more for now.
 */
const mostClients = 16
const mostQuestions = 128
const mostUnreadBytes = 1_048_576

/** An application that can be reached. */
export interface ControlServer {
  readonly path: string
  /** Lets its clients go and removes the socket. */
  close(): Promise<void>
}

/**
 * Lets other programs of this user reach a runtime: `millrace top`, `reload`, `dead-letters retry`. It keeps no process alive.
 *
 * @param folder closed to other users; made where it is missing. @default `$XDG_RUNTIME_DIR/millrace`, or one in the folder for
 * temporary files
 * @throws MillraceError CONTROL_UNAVAILABLE
 */
export async function serveControl(runtime: Runtime, folder?: string): Promise<ControlServer> {
  const path = newSocketPath(runtime.summary.scenario, folder)
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    if (clients.size >= mostClients) return void socket.destroy()
    clients.add(socket)
    socket.once('close', () => clients.delete(socket))
    serveClient(socket, runtime)
  })
  await listening(server, path)
  server.unref()
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const client of clients) client.destroy()
      }),
  }
}

async function listening(server: Server, path: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
    server.on('error', () => undefined) // a connection that could not be accepted: whoever asked asks again
    chmodSync(path, 0o600)
  } catch (cause) {
    throw new MillraceError('CONTROL_UNAVAILABLE', `the control socket ${path} cannot be opened`, { cause })
  }
}

/** Answers one client until it goes. */
function serveClient(socket: Socket, runtime: Runtime): void {
  const lines = new LineReader(
    longestQuestionBytes(runtime.summary.transport?.maxPayloadBytes ?? defaultMaxPayloadBytes),
  )
  const gone = new AbortController()
  setMaxListeners(mostQuestions, gone.signal)
  let open = 0
  const take = async (question: ControlQuestion): Promise<void> => {
    if (open >= mostQuestions) return say(socket, { id: question.id, error: tooManyQuestions().toJSON() })
    open++
    await answer(socket, runtime, question, gone.signal)
    open--
  }
  socket.unref()
  socket.setEncoding('utf8')
  socket.on('error', () => undefined) // its close follows
  socket.once('close', () => gone.abort())
  socket.on('data', (piece: string) => {
    const complete = lines.take(piece)
    const questions = complete?.map(readQuestion)
    if (questions === undefined || questions.includes(undefined)) return void socket.destroy()
    for (const question of questions) if (question !== undefined) void take(question)
  })
  socket.on('drain', () => socket.resume())
}

/** Says something. Whoever does not read it is not heard until it has: each question could be answered with much more. */
function say(socket: Socket, said: ControlAnswer): void {
  if (!socket.destroyed && !socket.write(`${JSON.stringify(said)}\n`)) socket.pause()
}

function tooManyQuestions(): MillraceError {
  return new MillraceError(
    'CONTROL_UNAVAILABLE',
    `${mostQuestions} questions of this client are open already; wait for an answer before the next`,
  )
}

/** Never rejects: what fails is said. */
async function answer(socket: Socket, runtime: Runtime, question: ControlQuestion, gone: AbortSignal): Promise<void> {
  const { id, ask, facts } = question
  // Who does not read is spared what would only be old when it is read.
  const tell: Tell = (item) => {
    if (socket.writableLength < mostUnreadBytes) say(socket, { id, item })
  }
  try {
    const known = Object.hasOwn(controlAnswers, ask) ? controlAnswers[ask] : undefined
    if (known === undefined)
      throw new MillraceError('CONTROL_UNAVAILABLE', 'the application does not know what it was asked')
    say(socket, { id, done: (await known(runtime, { facts, tell, gone })) ?? null })
  } catch (thrown) {
    say(socket, { id, error: MillraceError.from(thrown, 'NODE_FAILED', 'the application could not answer').toJSON() })
  }
}
