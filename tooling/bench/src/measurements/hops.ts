import type { BenchPart, Figure, Section } from '../harness/bench.js'
import { openPair, type Pair } from '../harness/pair.js'
import { type SideRound, sideRatio, sideRow } from '../harness/side-figures.js'
import type { HopMeasurement } from '../programs/hop-side.js'
import { type HopBudget, type HopCell, largeCells, smallCells } from './hop-cells.js'
import { type HopSideName, hopPrograms, hopSides } from './hop-sides.js'

/** Small requests are warmed up by their number too: a busy machine does few of them in any time. */
const warmUp = { ms: 250, requests: 3000 }
const largeWarmUp = { ms: 250, requests: 0 }
const largeBytes = 65_536
const measured = { ms: 800, requests: 0 }
/** What every side does once when it has been started, so that its code is compiled, however busy the machine is. */
const start = {
  kind: 'records',
  bytes: 200,
  flight: 64,
  warmUp: { ms: 500, requests: 40_000 },
  measured,
} as const

/** Each side of a cell, measured one after the other. */
type CellRound = SideRound<HopSideName>

/** Requests of small objects. */
export const smallHops: BenchPart = part(
  'small',
  '200 B and 1 KiB beside plain code and other frameworks (P1–P5, P7)',
  smallCells,
)

/** Requests of large objects and bytes. */
export const largeHops: BenchPart = part('large', '64 KiB and 1 MiB, objects and bytes (P7, P8)', largeCells)

function part(name: string, about: string, cells: readonly HopCell[]): BenchPart {
  return {
    name,
    about,
    async measure({ rounds, progress }) {
      const names = [...new Set(cells.flatMap(({ sides }) => sides))]
      const programs = await hopPrograms(names, progress)
      const roundsOf = new Map<HopCell, CellRound[]>(cells.map((cell) => [cell, []]))
      for (let round = 1; round <= rounds; round++) {
        const pairs = new Map<HopSideName, Pair>()
        try {
          for (const [side, program] of programs) pairs.set(side, await openPair(program))
          for (const pair of pairs.values()) await pair.measure(start)
          for (const cell of cells) {
            roundsOf.get(cell)?.push(await measureCell(cell, pairs, round))
            progress(`hop, round ${round}: ${cell.title}`)
          }
        } finally {
          await Promise.all(Array.from(pairs.values(), (pair) => pair.close()))
        }
      }
      return cells.map((cell) => sectionOf(cell, roundsOf.get(cell) ?? []))
    },
  }
}

/** Another side begins in each round, so that none is always measured after the same one. */
async function measureCell(cell: HopCell, pairs: ReadonlyMap<HopSideName, Pair>, round: number): Promise<CellRound> {
  const { kind, bytes, flight, sides } = cell
  const first = round % sides.length
  const results: Partial<Record<HopSideName, HopMeasurement>> = {}
  for (const side of [...sides.slice(first), ...sides.slice(0, first)]) {
    const pair = pairs.get(side)
    if (pair !== undefined)
      results[side] = await pair.measure({
        kind,
        bytes,
        flight,
        warmUp: bytes < largeBytes ? warmUp : largeWarmUp,
        measured,
      })
  }
  return results
}

function sectionOf({ title, sides, budgets }: HopCell, rounds: readonly CellRound[]): Section {
  const besides = sides.filter(
    (side) => side !== 'signed' && !budgets.some(({ beside, of }) => beside === side && of !== 'cpu'),
  )
  const floor = sides.includes('plain') ? 'plain' : 'raw'
  return {
    title: `Echo of ${title}`,
    figures: [
      ...budgets.map((budget) => budgeted(budget, rounds)),
      ...besides.map((side) => ratioOf('rate', side, rounds)),
    ],
    sides: sides.map((side) => sideRow(rounds, { names: hopSides, side, floor })),
    rounds,
  }
}

function budgeted({ beside, of = 'rate', ...budget }: HopBudget, rounds: readonly CellRound[]): Figure {
  return { ...ratioOf(of, beside, rounds), budget }
}

function ratioOf(of: 'rate' | 'cpu', beside: HopSideName, rounds: readonly CellRound[]): Figure {
  return {
    what: `${of === 'rate' ? 'requests/s' : 'time on processors'}, signed / ${hopSides[beside]}`,
    unit: 'ratio',
    spread: sideRatio(rounds, of, 'signed', beside),
  }
}
