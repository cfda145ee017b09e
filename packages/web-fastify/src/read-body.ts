import type { IncomingMessage } from 'node:http'
import { refusal } from './problem.js'

/** How much of a body is taken, and how long. */
export interface BodyLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/**
 * Reads a whole body.
 *
 * @param done hears once: the bytes, or PAYLOAD_TOO_LARGE, WEB_BODY_TIMEOUT, or that the client went away
 */
export function readBody(
  from: NodeJS.ReadableStream & Partial<Pick<IncomingMessage, 'headers'>>,
  { maxBytes, timeoutMs }: BodyLimits,
  done: (error: Error | null, bytes?: Buffer) => void,
): void {
  let chunks: Buffer[] = []
  let length = 0
  let isOver = false
  const timer = setTimeout(() => end(tooSlow(timeoutMs)), timeoutMs)
  /** The listeners stay, since to take four away costs more than to leave them; they keep nothing and hear nothing more. */
  function end(error: Error | null): void {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
    chunks = []
    if (error === null) return done(null, bytes)
    from.resume()
    done(error)
  }
  function take(chunk: Buffer): void {
    if (isOver) return
    length += chunk.length
    if (length > maxBytes) end(tooLarge(maxBytes))
    else chunks.push(chunk)
  }
  const complete = (): void => end(null)
  const broken = (error: Error): void => end(error)
  const gone = (): void => {
    if (!isOver) end(refusal('PAYLOAD_INVALID', 'the body ended early'))
  }
  from.on('data', take).on('end', complete).on('error', broken).on('close', gone)
}

/** The refusal of a body, or a line, that is too large. */
export function tooLarge(maxBytes: number): Error {
  return refusal('PAYLOAD_TOO_LARGE', `at most ${maxBytes} bytes are taken here`, { max_bytes: maxBytes })
}

function tooSlow(timeoutMs: number): Error {
  return refusal('WEB_BODY_TIMEOUT', `the body did not come within ${timeoutMs} ms`)
}
