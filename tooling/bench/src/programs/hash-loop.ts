/** A bare process that hashes as the reference application does, and does nothing else. Prints how long it took. */
import { hashOver } from '@millrace/reference/src/features/hash-over.ts'
import type { HashMeasurement, HashTask } from './hash-task.js'
import { report, taskOf } from './measure.js'

const { lines, rounds } = taskOf<HashTask>()
const startMs = performance.now()
for (let line = 0; line < lines; line++) hashOver(String(line), rounds)
report({ lines, wallMs: performance.now() - startMs } satisfies HashMeasurement)
