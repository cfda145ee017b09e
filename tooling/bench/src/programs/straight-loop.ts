import type { PayloadOf } from '@millrace/kernel'
import { liveHeapBytes } from '@millrace/live-memory'
import { createLineBuffer } from '@millrace/reference/src/egress/line-buffer.ts'
import { openOutput } from '@millrace/reference/src/egress/output.ts'
import { createTally } from '@millrace/reference/src/egress/tally.ts'
import { openInput } from '@millrace/reference/src/ingress/input.ts'
import { createLineSplitter } from '@millrace/reference/src/ingress/line-splitter.ts'
import { Line, type OutputLine } from '@millrace/reference/src/messages.ts'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { report, startWatch } from './measure.js'
import type { ReferenceTask } from './reference-task.js'

/** The answer to one line; undefined for a blank one. */
export type AnswerLine = (line: PayloadOf<typeof Line>) => PayloadOf<typeof OutputLine> | undefined

/**
 * The reference job as one loop: reads 64 KiB chunks, cuts lines, validates each as the graph does where it enters, answers
 * it and writes, with the application's own reader, splitter and writer. Prints what the run took.
 */
export async function runStraightLoop(task: ReferenceTask, answer: AnswerLine): Promise<void> {
  const isLine = new Ajv2020({ meta: false, validateSchema: false }).compile(Line.schema ?? {})
  const watch = startWatch()
  const output = await openOutput({ path: task.output, resume: false, keptBytes: undefined, log: silent })
  const buffer = createLineBuffer(output)
  const tally = createTally()

  async function write(lines: readonly PayloadOf<typeof Line>[]): Promise<void> {
    for (const line of lines) {
      if (!isLine(line)) throw new TypeError('the line is not sound')
      const answered = answer(line)
      if (answered === undefined) continue
      tally.count(answered.reason)
      const full = buffer.append(answered.text)
      if (full !== undefined) await full
    }
  }

  const input = await openInput(task.input)
  const splitter = createLineSplitter()
  for await (const chunk of input.chunks(new AbortController().signal)) await write(splitter.push(chunk))
  await write(splitter.end())
  const liveBytes = task.live ? liveHeapBytes() : 0
  await buffer.flush()
  await output.finish()
  await output.close()
  report({ ...watch.stop(tally.report().lines), liveBytes })
}

const silent = { info: () => undefined, warn: () => undefined }
