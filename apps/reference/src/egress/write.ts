import { defineSink } from '@millrace/contracts'
import { Type } from 'typebox'
import { OutputLine } from '../messages.js'
import { createLineBuffer } from './line-buffer.js'
import { openOutput } from './output.js'
import { createTally } from './tally.js'

/** Writes NDJSON to a file, or to standard output where the path is `-`, and reports what became of the lines. */
export const write = defineSink({
  name: 'write',
  stage: 'egress',
  tags: ['edge'],
  consumes: OutputLine,
  config: Type.Object(
    { path: Type.String({ minLength: 1 }), resume: Type.Boolean({ default: false }) },
    { additionalProperties: false },
  ),
  async open({ config, log }) {
    const output = await openOutput({ path: config.path, resume: config.resume, log })
    const buffer = createLineBuffer(output)
    const tally = createTally()
    return {
      write(line) {
        tally.count(line.reason)
        return buffer.append(line.text)
      },
      async complete() {
        await buffer.flush()
        await output.finish()
        return tally.report()
      },
      async close() {
        await buffer.flush().catch(() => {}) // after a failure, which the run already reports, nothing more is written
        await output.close()
      },
    }
  },
})
