import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchPart } from '../harness/bench.js'
import { measureInChild } from '../harness/child.js'
import { compileApplication } from '../harness/compile.js'
import type { HashGraphTask, HashMeasurement } from '../programs/hash-task.js'
import { inputFile } from './input-file.js'
import { type TelemetryMeasurement, telemetryRounds, telemetrySection } from './telemetry-sides.js'

const mostLines = 100_000
const cwd = fileURLToPath(new URL('../../../../apps/reference', import.meta.url))

/** The reference job over two workers for the features, with what can be seen of it; every output must be the same. */
export const telemetryReference: BenchPart = {
  name: 'reference',
  about: `the reference job over workers, ${mostLines} lines at most, with metrics and traces, beside the same with nothing on`,
  async measure({ lines: asked, rounds, progress }) {
    const lines = Math.min(asked, mostLines)
    const folder = await compileApplication({
      name: 'telemetry',
      programs: ['hash-graph', 'reference-baseline'],
      opensWeb: true,
    })
    const input = await inputFile(lines)
    const outputs = new Set<string>()
    const results = await telemetryRounds({ what: 'reference', rounds, progress }, async (telemetry) => {
      const task = { input, lines, rounds: 0, workers: 2, telemetry }
      const { output, ...measured } = await runGraph(join(folder, 'hash-graph.js'), task)
      outputs.add(output)
      if (outputs.size > 1) throw new Error('telemetry has changed the output of the reference job')
      return measured
    })
    return [telemetrySection(`The reference job over workers, ${lines.toLocaleString('en-GB')} lines`, results, [])]
  },
}

async function runGraph(
  program: string,
  asked: Omit<HashGraphTask, 'output'>,
): Promise<TelemetryMeasurement & { readonly output: string }> {
  const file = join(tmpdir(), `millrace-bench-${process.pid}-seen.ndjson`)
  try {
    const task: HashGraphTask = { ...asked, output: file }
    const options = { flags: ['--conditions=@millrace/source'], cwd }
    const { lines, wallMs, cpuMs = 0, lost = 0 } = await measureInChild<HashMeasurement>(program, task, options)
    const output = createHash('sha256').update(readFileSync(file)).digest('hex')
    return { units: lines, wallMs, cpuMs, lost, output, p50Ms: 0, p99Ms: 0 }
  } finally {
    rmSync(file, { force: true })
  }
}
