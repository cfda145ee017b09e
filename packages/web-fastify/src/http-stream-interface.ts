/**
 * One request, many replies; or, with a body of lines, many of both.
 *
 * T1  The status is decided by the first reply: what fails before it is answered as any request is.
 * T2  After that an error is the last thing written, in the form of the stream, and the connection is closed.
 * T3  Who reads slowly holds back what makes the replies, in whichever process; who reads nothing is given up.
 */
import type { Readable } from 'node:stream'
import type { Conversation, HttpStreamInterface } from '@millrace/contracts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { negotiate } from './accept.js'
import { sendProblem } from './answer.js'
import { addBodyParsers, refusedCoding } from './body-parsers.js'
import { tooLarge } from './body-reader.js'
import { createGuard } from './guard.js'
import { notAcceptable, payloadIn } from './http-interface.js'
import { parseJson } from './json-body.js'
import { createLineSplitter, type LineSplitter } from './line-splitter.js'
import { problemOf } from './problem.js'
import { requestPayload } from './request-payload.js'
import { type Site, visitOf } from './site.js'
import type { Place } from './statuses.js'
import { linesType, type StreamFormat, streamFormats } from './stream-format.js'
import { StreamWriter } from './stream-writer.js'
import { lingerAfterAnswer } from './unread-body.js'

/** Serves a stream of replies. */
export function serveHttpStream(scope: FastifyInstance, site: Site, face: HttpStreamInterface): void {
  const { exchange, policies } = face
  const { timeoutMs, requestBytes } = policies
  const payloadOf = requestPayload(exchange, face)
  addBodyParsers(scope, exchange, { maxBytes: requestBytes, timeoutMs })
  scope.addContentTypeParser(linesType, (asked, payload, done) => {
    done(refusedCoding(asked) ?? null, new LinesBody(payload as Readable)) // Node's own request
  })
  scope.route({
    method: face.method,
    url: face.path,
    exposeHeadRoute: false, // it would run the node for items that are thrown away
    onRequest: createGuard(site, face),
    async handler(request, reply) {
      const { trace } = visitOf(request)
      const options = { timeoutMs, traceId: trace.id, traceparent: trace.parent }
      const { body } = request
      try {
        const format = formatFor(request)
        if (body instanceof LinesBody) {
          const conversation = exchange.converse(options)
          const parse = exchange.request.encoding === 'bytes' ? asItIs : parseLine
          const splitter = createLineSplitter(
            requestBytes,
            face.longLines === 'cut' ? undefined : () => tooLarge(requestBytes),
          )
          const feeding = new Feeding(conversation, splitter, (line) => {
            const value = parse(line)
            return value === undefined ? undefined : payloadIn(request, payloadOf, value)
          })
          void feeding.feed(body.lines)
          return await sendStream(request, reply, conversation.replies, {
            format,
            timeoutMs,
            feeding,
          })
        }
        const items = exchange.stream(payloadIn(request, payloadOf), options)
        return await sendStream(request, reply, items, {
          format,
          timeoutMs,
          feeding: undefined,
        })
      } catch (refused) {
        closeUnread(request, reply)
        sendProblem(reply, refused, 'refused', trace.id)
        return reply
      }
    },
  })
}

/** A body whose lines are messages. */
class LinesBody {
  readonly lines: Readable

  constructor(lines: Readable) {
    this.lines = lines
  }
}

function formatFor(request: FastifyRequest): StreamFormat {
  const types = streamFormats.map(({ type }) => type)
  const chosen = negotiate(request.headers.accept, types)
  const format = streamFormats.find(({ type }) => type === chosen)
  if (format === undefined) throw notAcceptable(types)
  return format
}

/** Sends lines into the graph as fast as it takes them. */
class Feeding {
  /** What was wrong with a line, or with the body. */
  refused: unknown
  readonly #conversation: Conversation
  readonly #splitter: LineSplitter
  readonly #payloadOf: (line: Buffer) => unknown

  /** @param payloadOf undefined for a line that is no message */
  constructor(conversation: Conversation, splitter: LineSplitter, payloadOf: (line: Buffer) => unknown) {
    this.#conversation = conversation
    this.#splitter = splitter
    this.#payloadOf = payloadOf
  }

  async feed(body: Readable): Promise<void> {
    const splitter = this.#splitter
    try {
      // Leaving this loop must not destroy the request: it would let go of its socket, which then nobody reads or closes.
      for await (const chunk of body.iterator({ destroyOnReturn: false }))
        await this.#send(splitter.push(chunk as Buffer)) // no encoding is set
      await this.#send(splitter.end())
      this.#conversation.end()
    } catch (thrown) {
      body.resume() // what is left of it is thrown away
      this.refused = thrown
      this.#conversation.end(thrown as Error) // parser, graph and socket throw errors and nothing else
    }
  }

  async #send(lines: readonly Buffer[]): Promise<void> {
    for (const line of lines) {
      const payload = this.#payloadOf(line)
      const room = payload === undefined ? undefined : this.#conversation.send(payload)
      if (room !== undefined) await room
    }
  }
}

const asItIs = (line: Buffer): unknown => line

/** @returns undefined for a blank line */
function parseLine(line: Buffer): unknown {
  return isBlank(line) ? undefined : parseJson(line)
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}

interface Streaming {
  readonly format: StreamFormat
  readonly timeoutMs: number
  /** What sends lines into the graph; undefined for a single request. */
  readonly feeding: Feeding | undefined
}

/** Writes replies until they end, fail, or the client goes away. */
async function sendStream(
  request: FastifyRequest,
  reply: FastifyReply,
  items: AsyncIterableIterator<unknown>,
  { format, timeoutMs, feeding }: Streaming,
): Promise<FastifyReply> {
  const { trace } = visitOf(request)
  const placeOf = (failed: unknown): Place => (failed === feeding?.refused ? 'refused' : 'failed')
  reply.raw.once('close', () => {
    void items.return?.()
  })
  let first: IteratorResult<unknown>
  try {
    first = await items.next()
  } catch (failed) {
    closeUnread(request, reply)
    sendProblem(reply, failed, placeOf(failed), trace.id)
    return reply
  }
  reply.header('content-type', format.type).header('cache-control', 'no-store').header('x-accel-buffering', 'no')
  reply.hijack()
  reply.raw.writeHead(200, reply.getHeaders() as Record<string, string>) // of texts alone
  const writer = new StreamWriter(reply.raw, timeoutMs)
  try {
    for (let step = first; step.done !== true; step = await items.next()) {
      const behind = writer.write(format.item(step.value))
      if (behind !== undefined) await behind
    }
    writer.end(format.end)
  } catch (failed) {
    await items.return?.()
    closeUnread(request, reply)
    writer.end(format.error(problemOf(failed, placeOf(failed), trace.id)))
  }
  return reply
}

/** Closes the connection after the answer where the body is not over: what is left of it is no next request. */
function closeUnread({ raw }: FastifyRequest, reply: FastifyReply): void {
  // Over HTTP/2 the stream ends, and the connection stays: see serveSite.
  if (raw.complete || raw.httpVersionMajor > 1) return
  reply.header('connection', 'close')
  lingerAfterAnswer(raw, reply.raw)
}
