import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Console, type ConsoleSource, MillraceError } from '@millrace/contracts'
import { type Access, createAccess } from './access.js'
import { answerJson, noSession, refuse, securityHeaders } from './answers.js'
import type { ConsoleSettings } from './console-settings.js'
import { cookieName, readCookie, setCookie } from './cookie.js'
import { findTrace, traceIdOf } from './find-trace.js'
import { createLiveFeed } from './live-feed.js'
import { readPageFiles } from './page-files.js'
import { refusalOf } from './refusal-of.js'

/** Opens the live page on loopback. @throws MillraceError BOOT_START_FAILED for a port that cannot be had */
export async function openConsole(
  source: ConsoleSource,
  settings: ConsoleSettings,
  clock: () => number = () => performance.now(),
): Promise<Console> {
  const access = createAccess({ ...settings, clock })
  const server = createServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 8_192,
  })
  server.maxConnections = settings.maxConnections
  const port = await listen(server, settings.port)
  server.on('error', ignore)
  const feed = createLiveFeed(source, settings)
  server.on('request', createAnswer({ source, settings, access, feed, port }))
  return {
    link: () => `http://127.0.0.1:${port}/?code=${access.code()}`,
    close() {
      feed.close()
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

interface AnswerParts {
  readonly source: ConsoleSource
  readonly settings: ConsoleSettings
  readonly access: Access
  readonly feed: { attach(seen: string, response: ServerResponse): boolean }
  readonly port: number
}

function createAnswer({ source, settings, access, feed, port }: AnswerParts) {
  const files = readPageFiles()
  const cookie = cookieName(port)
  let tracing = 0

  const enter = (code: string, response: ServerResponse): void => {
    const session = access.redeem(code)
    if (session === undefined) return refuse(response, noSession)
    response
      .writeHead(303, { ...securityHeaders('other'), location: '/', 'set-cookie': setCookie(cookie, session) })
      .end()
  }
  const answerTrace = async (url: URL, response: ServerResponse): Promise<void> => {
    const id = traceIdOf(url)
    if (id === undefined)
      return answerJson(response, 400, { problem: 'A trace id has 32 hex digits, not all of them 0.' })
    if (tracing >= settings.maxTraces)
      return answerJson(response, 503, { problem: 'Other traces are being looked for.' })
    tracing += 1
    try {
      answerJson(response, 200, await findTrace(source, id, settings.traceTimeoutMs))
    } catch {
      answerJson(response, 504, { problem: 'The processes of the application did not answer in time.' })
    } finally {
      tracing -= 1
    }
  }
  return (request: IncomingMessage, response: ServerResponse): void => {
    const refusal = refusalOf(request, port, settings.maxUrlBytes)
    if (refusal !== undefined) return refuse(response.setHeader('connection', 'close'), refusal)
    const url = new URL(`http://127.0.0.1${request.url}`)
    const code = url.searchParams.get('code')
    if (url.pathname === '/' && code !== null) return enter(code, response)
    if (!access.knows(readCookie(cookie, request.headers.cookie))) return refuse(response, noSession)
    if (url.pathname === '/stream') {
      if (!feed.attach(String(request.headers['last-event-id'] ?? url.searchParams.get('after')), response))
        refuse(response, tooMany)
      return
    }
    if (url.pathname === '/trace') return void answerTrace(url, response)
    const file = files.get(url.pathname)
    if (file === undefined) return refuse(response, { status: 404, says: 'There is nothing under this path.' })
    response.writeHead(200, { ...securityHeaders('page'), 'content-type': file.type }).end(file.bytes)
  }
}

/** A connection that could not be accepted, for want of descriptors perhaps, is no reason to end the application. */
function ignore(): void {}

const tooMany = { status: 503, says: 'As many pages listen as may: close one of them.' }

async function listen(server: Server, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve)
    })
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unknown'
    const why = `the live page cannot listen on 127.0.0.1:${port} (${code}); choose another port`
    throw new MillraceError('BOOT_START_FAILED', why, { cause, facts: { port, reason: code } })
  }
  return (server.address() as AddressInfo).port // it listens on an address, not on a pipe
}
