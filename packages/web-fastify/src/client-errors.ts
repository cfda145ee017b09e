import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { problemOf, problemType, refusal } from './problem.js'

/** Answers what is no HTTP, or too large to be read: there is no response object for it. Into another answer nothing is written. */
export function answerClientError({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable || hasBegunToAnswer(socket)) return void socket.destroy()
  const problem = problemOf(errorOf(code), 'refused')
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.code}\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  )
}

/** Node keeps the answer that is under way with its socket, and nowhere else; its own handler of these errors looks there too. */
function hasBegunToAnswer(socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent === true
}

function errorOf(code: string | undefined): Error {
  if (code === 'HPE_HEADER_OVERFLOW') return refusal('WEB_HEADERS_TOO_LARGE', 'send fewer or shorter headers')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal('WEB_BODY_TIMEOUT', 'the request did not come in time')
  return refusal('PAYLOAD_INVALID', 'this is no HTTP request')
}
