import type { BenchPart, Budget, Figure, Section } from '../harness/bench.js'
import { startCompanion } from '../harness/companion.js'
import { type SideFigure, type SideMeasurement, type SideRound, sideRatio, sideRow } from '../harness/side-figures.js'
import { connections, measureRoute } from './measure-route.js'
import { type WebSideName, webPrograms, webSides } from './web-sides.js'

/** What the route over a worker must reach beside another side. */
interface WebBudget extends Budget {
  readonly beside: WebSideName
  readonly of: SideFigure
}

const budgets: readonly WebBudget[] = [
  { id: 'P9', beside: 'bare', of: 'rate', better: 'more', required: 0.65, goal: 0.85 },
  { id: 'P9', beside: 'bare', of: 'p99', better: 'less', required: 3, goal: 3 },
  { id: 'P10', beside: 'nest', of: 'rate', better: 'more', required: 1.25, goal: 1.6 },
  { id: 'P10', beside: 'moleculer', of: 'rate', better: 'more', required: 1.25, goal: 1.55 },
]

const words: Readonly<Record<SideFigure, string>> = { rate: 'requests/s', cpu: 'time on processors', p99: 'p99' }

type WebRound = SideRound<WebSideName>

/** A route that answers with what it was sent, asked by 64 connections. */
export const webRoutes: BenchPart = {
  name: 'route',
  about: 'POST of 200 B by 64 connections, beside Fastify alone and in front of other frameworks (P9, P10)',
  async measure({ rounds, progress }) {
    const programs = Object.entries(await webPrograms(progress))
    const results: WebRound[] = []
    for (let round = 1; round <= rounds; round++) {
      // Another side begins each time, so that none is always measured after the same one.
      const first = round % programs.length
      const one: Partial<Record<WebSideName, SideMeasurement>> = {}
      for (const [name, program] of [...programs.slice(first), ...programs.slice(0, first)]) {
        const side = await startCompanion(program)
        try {
          one[name as WebSideName] = await measureRoute(side) // a key of the programs
        } finally {
          await side.close()
        }
        progress(`web, round ${round}: ${name}`)
      }
      results.push(one)
    }
    return [sectionOf(results)]
  },
}

function sectionOf(rounds: readonly WebRound[]): Section {
  const sides = Object.keys(webSides) as WebSideName[] // its keys
  return {
    title: `Echo of 200 B over HTTP, ${connections} connections`,
    figures: [
      ...budgets.map(({ beside, of, ...budget }) => ({ ...ratioOf(rounds, of, 'worker', beside), budget })),
      ratioOf(rounds, 'rate', 'worker', 'undici'),
      ratioOf(rounds, 'rate', 'inline', 'bare'),
      // How much there is to gain: nothing that has Fastify in front can be further from them than Fastify alone.
      ratioOf(rounds, 'rate', 'bare', 'nest'),
      ratioOf(rounds, 'rate', 'bare', 'moleculer'),
      ratioOf(rounds, 'cpu', 'inline', 'bare'),
      ratioOf(rounds, 'cpu', 'worker', 'bare'),
      ratioOf(rounds, 'cpu', 'worker', 'nest'),
      ratioOf(rounds, 'cpu', 'worker', 'moleculer'),
    ],
    sides: sides.map((side) => sideRow(rounds, { names: webSides, side, floor: 'bare' })),
    rounds,
  }
}

function ratioOf(rounds: readonly WebRound[], of: SideFigure, above: WebSideName, below: WebSideName): Figure {
  return {
    what: `${words[of]}, ${webSides[above]} / ${webSides[below]}`,
    unit: 'ratio',
    spread: sideRatio(rounds, of, above, below),
  }
}
