import { defineSource, type PayloadOf } from '@millrace/contracts'
import { Type } from 'typebox'
import { Line } from '../messages.js'
import { openInput } from './input.js'
import { createLineSplitter } from './line-splitter.js'

/** Reads NDJSON from a file, or from standard input where the path is `-`; each line is a root. */
export const read = defineSource({
  name: 'read',
  stage: 'ingress',
  tags: ['edge'],
  emits: [Line],
  config: Type.Object({ path: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  async *read({ config, signal, progress }) {
    const input = await openInput(config.path)
    const total = input.totalBytes === undefined ? {} : { total: input.totalBytes }
    const splitter = createLineSplitter()
    let done = 0
    for await (const chunk of input.chunks(signal)) {
      yield splitter.push(chunk).map(lineMessage)
      done += chunk.length
      progress({ done, ...total, unit: 'bytes' })
    }
    if (!signal.aborted) yield splitter.end().map(lineMessage)
  },
})

function lineMessage(line: PayloadOf<typeof Line>) {
  return Line.of(line)
}
