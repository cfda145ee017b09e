import { defineSink, Type } from '@millrace/contracts'
import { OutputLine } from '../messages.js'
import { createLineBuffer } from './line-buffer.js'
import { openOutput } from './output.js'
import { createTally, type TallyCounts } from './tally.js'

/** Where the output stands; a type, not an interface, so that it is JSON as it is. */
type Checkpoint = {
  /** Of the output, whole lines. */
  readonly bytes: number
  /** What has become of the lines in them. */
  readonly counts: TallyCounts
}

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
  async open({ config, log, resume }) {
    const kept = resume as Checkpoint | undefined // what `checkpoint` has returned
    const output = await openOutput({ path: config.path, resume: config.resume, keptBytes: kept?.bytes, log })
    const buffer = createLineBuffer(output)
    const tally = createTally(kept?.counts)
    return {
      write(line) {
        tally.count(line.reason)
        return buffer.append(line.text)
      },
      async checkpoint(): Promise<Checkpoint> {
        const counts = tally.counts()
        return { bytes: (kept?.bytes ?? 0) + (await buffer.flush()), counts }
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
