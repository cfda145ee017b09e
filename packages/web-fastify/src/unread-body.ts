/**
 * What becomes of a body that is not over when its answer is.
 *
 * U1  HTTP/2: the stream is reset without an error after the answer, which tells the client to send no more (RFC 9113 §8.1).
 * U2  HTTP/1.1: what comes is thrown away, for a while at most, and then the connection is closed. To close it at once would
 *     reset it, and a client that is still sending could lose the answer (RFC 9112 §9.6).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, type ServerHttp2Stream } from 'node:http2'

/** How long a client may go on sending after the last word. */
const lingerMs = 2000

/** Tells a client over HTTP/2 to send no more once it is answered. Call it before the answer is sent. */
export function resetAfterAnswer(stream: ServerHttp2Stream): void {
  if (stream.endAfterHeaders) return
  stream.once('finish', () => {
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
  })
}

/** Closes a connection of HTTP/1.1 once its client is answered, and not before it has heard so. */
export function lingerAfterAnswer(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  let lingers = false
  const linger = (): void => {
    if (lingers) return
    lingers = true
    socket.end()
    request.resume()
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    request.once('end', () => socket.destroy())
    socket.once('close', () => clearTimeout(timer))
  }
  // Node calls it after an answer with `connection: close`, and would throw away what the client has not read.
  socket.destroySoon = linger
  response.once('finish', linger)
}
