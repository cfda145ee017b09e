import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alternate } from '../harness/alternate.js'
import type { BenchPart, Figure } from '../harness/bench.js'
import { measureInChild } from '../harness/child.js'
import { compile, compileApplication } from '../harness/compile.js'
import { pairedRatio, spreadOf } from '../harness/statistics.js'
import type { HashGraphTask, HashMeasurement, HashTask } from '../programs/hash-task.js'
import { inputFile } from './input-file.js'

/** In fewer, V8 would compile the graph's code in a good part of the time, on the processors that hash. */
const mostLines = 20_000
/** Hashing that is timed to find out how much of it takes a millisecond on this machine. */
const trial: HashTask = { lines: 500, rounds: 2000 }
const cwd = fileURLToPath(new URL('../../../../apps/reference', import.meta.url))

/** The reference job with a millisecond of hashing a line: what a second worker gains, against what a second bare process gains. */
export const workerGain: BenchPart = {
  name: 'gain',
  about: `the reference job with about 1 ms of hashing a line, ${mostLines} lines at most: 2 workers over 1 (P13)`,
  async measure({ lines: asked, rounds, progress }) {
    const lines = Math.min(asked, mostLines)
    const loop = await compile('hash-loop')
    const folder = await compileApplication({ name: 'pipeline', programs: ['hash-graph', 'reference-baseline'] })
    const input = await inputFile(lines)
    const hashRounds = await roundsOfAMillisecond(loop)
    const task = { input, lines, rounds: hashRounds }
    const graph = (workers: number) => () => runGraph(join(folder, 'hash-graph.js'), { ...task, workers })
    const bare = (processes: number) => () => runBare(loop, { lines, rounds: hashRounds }, processes)
    const measured = await alternate(
      { one: graph(1), bareOne: bare(1), two: graph(2), bareTwo: bare(2) },
      { rounds, heard: (side, round) => progress(`gain, round ${round}: ${side}`) },
    )
    const gain = ({ one, two }: (typeof measured)[number]): number => rate(two) / rate(one)
    const bareGain = ({ bareOne, bareTwo }: (typeof measured)[number]): number => rate(bareTwo) / rate(bareOne)
    const speed = (what: string, of: (round: (typeof measured)[number]) => HashMeasurement): Figure => ({
      what,
      unit: 'lines/s',
      spread: spreadOf(measured.map((round) => rate(of(round)))),
    })
    return [
      {
        title: `A second worker: the reference job with ${hashRounds.toLocaleString('en-GB')} rounds of hashing a line, ${lines.toLocaleString('en-GB')} lines`,
        figures: [
          {
            what: 'gain of 2 workers over 1 / gain of 2 bare processes over 1',
            unit: 'ratio',
            spread: pairedRatio(measured, gain, bareGain),
            budget: { id: 'P13', better: 'more', required: 0.85, goal: 0.95 },
          },
          { what: 'gain of 2 workers over 1', unit: 'ratio', spread: spreadOf(measured.map(gain)) },
          { what: 'gain of 2 bare processes over 1', unit: 'ratio', spread: spreadOf(measured.map(bareGain)) },
          speed('1 worker', ({ one }) => one),
          speed('2 workers', ({ two }) => two),
          speed('1 bare process', ({ bareOne }) => bareOne),
          speed('2 bare processes', ({ bareTwo }) => bareTwo),
        ],
        rounds: measured,
      },
    ]
  },
}

async function roundsOfAMillisecond(program: string): Promise<number> {
  const { lines, wallMs } = await measureInChild<HashMeasurement>(program, trial)
  return Math.max(1, Math.round((trial.rounds * lines) / wallMs))
}

async function runGraph(program: string, asked: Omit<HashGraphTask, 'output'>): Promise<HashMeasurement> {
  const output = join(tmpdir(), `millrace-bench-${process.pid}-hashed.ndjson`)
  try {
    const task: HashGraphTask = { ...asked, output }
    return await measureInChild<HashMeasurement>(program, task, { flags: ['--conditions=@millrace/source'], cwd })
  } finally {
    rmSync(output, { force: true })
  }
}

/** The lines are shared out; all are done when the slowest is. */
async function runBare(program: string, { lines, rounds }: HashTask, processes: number): Promise<HashMeasurement> {
  const task: HashTask = { lines: lines / processes, rounds }
  const measured = await Promise.all(
    Array.from({ length: processes }, () => measureInChild<HashMeasurement>(program, task)),
  )
  return { lines, wallMs: Math.max(...measured.map(({ wallMs }) => wallMs)) }
}

function rate({ lines, wallMs }: HashMeasurement): number {
  return (lines / wallMs) * 1000
}
