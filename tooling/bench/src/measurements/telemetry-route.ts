import { join } from 'node:path'
import type { BenchPart, Budget, Figure, Section } from '../harness/bench.js'
import { type Companion, type CompanionProgram, startCompanion } from '../harness/companion.js'
import { compile, compileApplication } from '../harness/compile.js'
import { installPeers } from '../harness/install-peers.js'
import { type SideFigure, type SideMeasurement, type SideRound, sideRatio, sideRow } from '../harness/side-figures.js'
import { spreadOf } from '../harness/statistics.js'
import { connections, measureRoute } from './measure-route.js'
import { benchFolder, loadProgram } from './web-sides.js'

/** What is on, with the name that tables have for it. */
const sides = {
  off: 'off',
  metrics: 'metrics',
  sampled: 'traces, 1 %',
  fast: 'traces, 100 %, fast receiver',
  slow: 'traces, 100 %, slow receiver',
  dead: 'traces, 100 %, dead receiver',
} as const
type SideName = keyof typeof sides

/** What must be left beside another side. */
interface TelemetryBudget extends Budget {
  readonly above: SideName
  readonly below: SideName
}

const budgets: readonly TelemetryBudget[] = [
  { id: 'P15', above: 'metrics', below: 'off', better: 'more', required: 0.97, goal: 0.99 },
  { id: 'P15', above: 'sampled', below: 'off', better: 'more', required: 0.93, goal: 0.97 },
  { id: 'P15', above: 'fast', below: 'off', better: 'more', required: 0.5, goal: 0.65 },
  { id: 'P15', above: 'dead', below: 'fast', better: 'more', required: 0.95, goal: 1 },
]

/** What a side is started with. @param url of a receiver that answers as the side asks for */
function settingsOf(side: SideName, url: string): object {
  if (side === 'off') return {}
  if (side === 'metrics') return { metrics: { exporters: ['prometheus'] } }
  return {
    metrics: { exporters: ['prometheus'] },
    tracing: { exporters: ['otel_otlp'], sample_ratio: side === 'sampled' ? 0.01 : 1 },
    otlp: { endpoint: side === 'dead' ? 'http://127.0.0.1:9' : url },
  }
}

/** What one side came to, and how many spans it has lost. */
interface Measured extends SideMeasurement {
  readonly lost: number
}

/** The route over a worker, with what can be seen of it. */
export const telemetryRoute: BenchPart = {
  name: 'route',
  about: 'POST of 200 B over a worker with metrics and traces, beside the same with nothing on (P15)',
  async measure({ rounds, progress }) {
    await installPeers(progress)
    const application = await compileApplication({
      name: 'web',
      programs: ['web-millrace', 'web-nodes', 'hop-nodes'],
      opensWeb: true,
    })
    const receiver = await compile('otlp-receiver')
    const names = Object.keys(sides) as SideName[] // its keys
    const results: Readonly<Record<SideName, Measured>>[] = []
    for (let round = 1; round <= rounds; round++) {
      const one: Partial<Record<SideName, Measured>> = {}
      // Another side begins each time, so that none is always measured after the same one.
      const first = round % names.length
      for (const name of [...names.slice(first), ...names.slice(0, first)]) {
        const program = join(application, 'web-millrace.js')
        one[name] = await measureSide(name, program, { program: receiver, args: [name === 'slow' ? 'slow' : 'fast'] })
        progress(`telemetry, round ${round}: ${sides[name]}`)
      }
      results.push(one as Readonly<Record<SideName, Measured>>) // every side has been measured
    }
    return [sectionOf(results)]
  },
}

async function measureSide(side: SideName, program: string, receiver: CompanionProgram): Promise<Measured> {
  const started: Companion[] = []
  const start = async (what: CompanionProgram): Promise<Companion> => {
    const companion = await startCompanion(what)
    started.push(companion)
    return companion
  }
  try {
    const settings = settingsOf(side, String((await start(receiver)).ready.url))
    const millrace = await start({
      program,
      args: ['worker', JSON.stringify(settings)],
      cwd: benchFolder,
      flags: ['--conditions=@millrace/source'],
    })
    const measured = await measureRoute(millrace, await start(loadProgram))
    return { ...measured, lost: Number((await millrace.ask('lost', 'lost')).count) }
  } finally {
    for (const companion of started.reverse()) await companion.close()
  }
}

function sectionOf(rounds: readonly Readonly<Record<SideName, Measured>>[]): Section {
  const names = Object.keys(sides) as SideName[] // its keys
  const lost = (side: SideName): Figure => ({
    what: `spans lost, ${sides[side]}`,
    unit: 'count',
    spread: spreadOf(rounds.map((round) => round[side].lost)),
  })
  return {
    title: `Echo of 200 B over HTTP and a worker, ${connections} connections`,
    figures: [
      ...budgets.map(({ above, below, ...budget }) => ({ ...ratioOf(rounds, 'rate', above, below), budget })),
      ratioOf(rounds, 'rate', 'slow', 'fast'),
      ratioOf(rounds, 'cpu', 'metrics', 'off'),
      ratioOf(rounds, 'cpu', 'sampled', 'off'),
      ratioOf(rounds, 'cpu', 'fast', 'off'),
      lost('fast'),
      lost('slow'),
      lost('dead'),
    ],
    sides: names.map((side) => sideRow(rounds, { names: sides, side, floor: 'off' })),
    rounds,
  }
}

const words: Readonly<Record<SideFigure, string>> = { rate: 'requests/s', cpu: 'time on processors', p99: 'p99' }

function ratioOf(rounds: readonly SideRound<SideName>[], of: SideFigure, above: SideName, below: SideName): Figure {
  return {
    what: `${words[of]}, ${sides[above]} / ${sides[below]}`,
    unit: 'ratio',
    spread: sideRatio(rounds, of, above, below),
  }
}
