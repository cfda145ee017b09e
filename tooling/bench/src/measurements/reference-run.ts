import { createHash } from 'node:crypto'
import { createReadStream, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Scenario } from '@millrace/reference/src/scenarios.ts'
import { measureInChild } from '../harness/child.js'
import { compile } from '../harness/compile.js'
import type { ReferenceMeasurement, ReferenceTask } from '../programs/reference-task.js'

const programs = { graph: 'reference-graph', loop: 'reference-loop', fused: 'reference-fused' } as const

/** A way to do the reference job: the graph, a loop over the same handlers, or one function without messages. */
export type ReferenceSide = keyof typeof programs

/** What is asked of one run. */
export interface ReferenceRun {
  readonly side: ReferenceSide
  readonly scenario: Scenario
  readonly input: string
  /** @default false */
  readonly live?: boolean
}

/** Does the reference job in a process of its own and compares what it wrote with what every other run wrote. */
export type RunReference = (run: ReferenceRun) => Promise<ReferenceMeasurement>

/** Makes the runner of the reference job: compiles its programs and remembers the outputs. */
export async function createRunReference(): Promise<RunReference> {
  const files = {
    graph: await compile(programs.graph),
    loop: await compile(programs.loop),
    fused: await compile(programs.fused),
  }
  const expected = new Map<string, string>()
  return async ({ side, scenario, input, live = false }) => {
    const output = join(tmpdir(), `millrace-bench-${process.pid}-${side}.ndjson`)
    try {
      const task: ReferenceTask = { scenario, input, output, live }
      const measured = await measureInChild<ReferenceMeasurement>(files[side], task)
      const hash = await hashOf(output)
      const key = `${scenario} ${input}`
      if (hash !== (expected.get(key) ?? hash))
        throw new Error(`${side} has written another output than the run before`)
      expected.set(key, hash)
      return measured
    } finally {
      rmSync(output, { force: true })
    }
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
