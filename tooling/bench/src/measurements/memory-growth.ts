import { alternate } from '../harness/alternate.js'
import type { BenchPart, Figure } from '../harness/bench.js'
import { spreadOf } from '../harness/statistics.js'
import type { ReferenceMeasurement } from '../programs/reference-task.js'
import { inputFile } from './input-file.js'
import { createRunReference } from './reference-run.js'

const growth = 3
const mebibyte = 1024 * 1024

/**
 * What memory the reference job takes more when it has three times as many lines. Ids and windows grow in both programs and
 * are the same in both, so what grows beyond them is the difference. The live heap is the exact figure: what is still
 * reachable, after a full collection, when the last line is done.
 */
export const memoryGrowth: BenchPart = {
  name: 'memory',
  about: `what memory the reference job takes more with ${growth} times as many lines (P18)`,
  async measure({ lines, progress }) {
    const run = await createRunReference()
    const inputs = { once: await inputFile(lines), grown: await inputFile(growth * lines) }
    const measure = (side: 'graph' | 'loop', input: string) => async () => ({
      live: await run({ side, scenario: 'baseline', input, live: true }),
      timed: await run({ side, scenario: 'baseline', input }),
    })
    const rounds = await alternate(
      {
        graph: measure('graph', inputs.once),
        loop: measure('loop', inputs.once),
        graphGrown: measure('graph', inputs.grown),
        loopGrown: measure('loop', inputs.grown),
      },
      { rounds: 1, warmUps: 0, heard: (side) => progress(`memory: ${side}`) },
    )
    const figure = (what: string, bytes: (round: (typeof rounds)[number]) => number): Figure => ({
      what,
      unit: 'MiB',
      spread: spreadOf(rounds.map((round) => bytes(round) / mebibyte)),
    })
    return [
      {
        title: `Memory from ${lines.toLocaleString('en-GB')} to ${(growth * lines).toLocaleString('en-GB')} lines, baseline`,
        figures: [
          figure('growth of the live heap, graph', ({ graph, graphGrown }) => live(graphGrown) - live(graph)),
          figure('growth of the live heap, loop', ({ loop, loopGrown }) => live(loopGrown) - live(loop)),
          figure('growth of the most memory, graph', ({ graph, graphGrown }) => peak(graphGrown) - peak(graph)),
          figure('growth of the most memory, loop', ({ loop, loopGrown }) => peak(loopGrown) - peak(loop)),
        ],
        rounds,
      },
    ]
  },
}

interface Both {
  readonly live: ReferenceMeasurement
  readonly timed: ReferenceMeasurement
}

function live({ live }: Both): number {
  return live.liveBytes
}

function peak({ timed }: Both): number {
  return timed.peakBytes
}
