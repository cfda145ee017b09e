import { textOf } from './answer.js'
import type { Problem } from './problem.js'

/** How a stream of replies is written. */
export interface StreamFormat {
  readonly type: string
  readonly item: (value: unknown) => string
  /** What an error after the first byte looks like. */
  readonly error: (problem: Problem) => string
  /** What follows the last item. */
  readonly end: string
}

/**
 * The formats of a stream, by media type. The first is for clients that take anything.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const streamFormats: readonly StreamFormat[] = [
  {
    type: 'application/x-ndjson',
    item: (value) => `${textOf(value)}\n`,
    error: (problem) => `${JSON.stringify({ error: problem })}\n`,
    end: '',
  },
  {
    type: 'text/event-stream',
    item: (value) => `data: ${textOf(value)}\n\n`,
    error: (problem) => `event: error\ndata: ${JSON.stringify(problem)}\n\n`,
    end: 'event: end\ndata: {}\n\n',
  },
]

/** Media types of requests that are streams of lines. */
export const linesType: RegExp = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines)(?:;|$)/
