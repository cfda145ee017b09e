import { defineSource, type MessageOf, type PayloadOf, Type } from '@millrace/contracts'
import { Attempt, Decision, Line } from '../messages.js'
import { openInput } from './input.js'
import { createInputTrail } from './input-trail.js'
import { createLineSplitter } from './line-splitter.js'
import { readAttempt } from './read-attempt.js'

/** As JSON a character takes six bytes at most, so a line of this length fits the smallest usual envelope, 1 MiB. */
const maxCarriedChars = 128 * 1024

/**
 * Reads NDJSON from a file, or from standard input where the path is `-`; each line is a root. A line that an envelope might
 * not hold is parsed here, and what it says is sent. It goes on where an interrupted run had come to, if the input up to there
 * is the same.
 */
export const read = defineSource({
  name: 'read',
  stage: 'ingress',
  tags: ['edge'],
  emits: [Line, Attempt, Decision],
  config: Type.Object({ path: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  async *read({ config, signal, progress, mark, resume }) {
    const input = await openInput(config.path)
    const total = input.totalBytes === undefined ? {} : { total: input.totalBytes }
    const trail = mark === undefined && resume === undefined ? undefined : createInputTrail(resume)
    const splitter = createLineSplitter({ startBytes: trail?.from ?? 0 })
    let done = trail?.from ?? 0
    const chunks = input.chunks(signal)
    for await (const chunk of trail?.rest(chunks) ?? chunks) {
      const lines = splitter.push(chunk)
      const place = trail?.after(chunk)
      if (place !== undefined) mark?.(place)
      yield messagesOf(lines)
      done += chunk.length
      progress({ done, ...total, unit: 'bytes' })
    }
    if (signal.aborted) return
    const end = trail?.end()
    if (end !== undefined) mark?.(end)
    yield messagesOf(splitter.end())
  },
})

type ReadMessage = MessageOf<typeof Line> | MessageOf<typeof Attempt> | MessageOf<typeof Decision>

function messagesOf(lines: readonly PayloadOf<typeof Line>[]): readonly ReadMessage[] {
  const messages: ReadMessage[] = []
  for (const line of lines) {
    const message = line.text.length > maxCarriedChars ? readAttempt(line) : Line.of(line)
    if (message !== undefined) messages.push(message)
  }
  return messages
}
