/** The reference job as it is: the graph of the application, in memory. Prints what a run of it took. */
import { createRuntime } from '@millrace/kernel'
import { liveHeapBytes } from '@millrace/live-memory'
import { baseline } from '@millrace/reference/src/baseline.ts'
import { experiment } from '@millrace/reference/src/experiment.ts'
import { report, startWatch, taskOf } from './measure.js'
import type { ReferenceTask } from './reference-task.js'

const { scenario, input, output, live } = taskOf<ReferenceTask>()
const runtime = await createRuntime({
  nodes: [scenario === 'baseline' ? baseline : experiment],
  overlay: { adapters: { read: { path: input }, write: { path: output } } },
})
let liveBytes = 0
if (live)
  runtime.subscribe(({ name }) => {
    if (name === 'source.exhausted') liveBytes = liveHeapBytes() // the last line is done, and nothing is closed yet
  })

const watch = startWatch()
const { reports } = await runtime.run()
report({ ...watch.stop(Number(reports.write?.lines)), liveBytes })
