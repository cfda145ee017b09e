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
  const chunks: Buffer[] = []
  let length = 0
  const timer = setTimeout(() => end(tooSlow(timeoutMs)), timeoutMs)
  function end(error: Error | null): void {
    clearTimeout(timer)
    from.off('data', take).off('end', complete).off('error', broken).off('close', gone)
    if (error !== null) from.on('error', () => undefined).resume()
    done(error, error === null ? (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length)) : undefined)
  }
  function take(chunk: Buffer): void {
    length += chunk.length
    if (length > maxBytes) end(tooLarge(maxBytes))
    else chunks.push(chunk)
  }
  const complete = (): void => end(null)
  const broken = (error: Error): void => end(error)
  const gone = (): void => end(refusal('PAYLOAD_INVALID', 'the body ended early'))
  from.on('data', take).on('end', complete).on('error', broken).on('close', gone)
}

/** The refusal of a body, or a line, that is too large. */
export function tooLarge(maxBytes: number): Error {
  return refusal('PAYLOAD_TOO_LARGE', `at most ${maxBytes} bytes are taken here`, { max_bytes: maxBytes })
}

function tooSlow(timeoutMs: number): Error {
  return refusal('WEB_BODY_TIMEOUT', `the body did not come within ${timeoutMs} ms`)
}
