import type { Budget } from '../harness/bench.js'
import type { HopTask } from '../programs/hop-side.js'
import type { HopSideName } from './hop-sides.js'

/** What the signed path must reach beside another side. */
export interface HopBudget extends Budget {
  readonly beside: HopSideName
  /** @default 'rate' */
  readonly of?: 'rate' | 'cpu'
}

/** One kind of hop, and who is measured doing it. */
export interface HopCell extends Pick<HopTask, 'kind' | 'bytes' | 'flight'> {
  readonly title: string
  readonly sides: readonly HopSideName[]
  readonly budgets: readonly HopBudget[]
}

const everybody = ['raw', 'plain', 'signed', 'unsigned', 'fork', 'piscina', 'nest', 'moleculer'] as const
const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** Small objects, as most messages are. */
export const smallCells: readonly HopCell[] = [
  {
    title: '200 B, 1 in flight',
    kind: 'records',
    bytes: 200,
    flight: 1,
    sides: everybody,
    budgets: [more('P1', 'plain', 0.7, 0.85), more('P3', 'nest', 1.1, 1.4), more('P4', 'moleculer', 1.05, 1.3)],
  },
  {
    title: '200 B, 64 in flight',
    kind: 'records',
    bytes: 200,
    flight: 64,
    sides: everybody,
    budgets: [
      more('P1', 'plain', 0.7, 0.9),
      { id: 'P2', beside: 'plain', of: 'cpu', better: 'less', required: 1.4, goal: 1.15 },
      more('P3', 'nest', 2, 2.8),
      more('P4', 'moleculer', 1.7, 2.4),
      more('P5', 'fork', 0.65, 1),
      more('P7', 'unsigned', 0.88, 0.95),
    ],
  },
  {
    title: '200 B, 256 in flight',
    kind: 'records',
    bytes: 200,
    flight: 256,
    sides: everybody,
    budgets: [
      more('P1', 'plain', 0.65, 0.9),
      more('P3', 'nest', 3, 4.5),
      more('P4', 'moleculer', 2.5, 4),
      more('P5', 'fork', 1.1, 1.6),
    ],
  },
  {
    title: '1 KiB, 64 in flight',
    kind: 'records',
    bytes: kibibyte,
    flight: 64,
    sides: everybody,
    budgets: [more('P7', 'unsigned', 0.88, 0.95)],
  },
]

/** Large objects and bytes. */
export const largeCells: readonly HopCell[] = [
  {
    title: '64 KiB of records, 64 in flight',
    kind: 'records',
    bytes: 64 * kibibyte,
    flight: 64,
    sides: everybody,
    budgets: [],
  },
  {
    // Without NestJS, which does not get through it: after more than a minute it closes the connection.
    title: '1 MiB of records, 64 in flight',
    kind: 'records',
    bytes: mebibyte,
    flight: 64,
    sides: everybody.filter((side) => side !== 'nest'),
    budgets: [more('P7', 'unsigned', 0.5, 0.6)],
  },
  {
    // JSON has least to do with it, so that signing weighs most.
    title: '1 MiB, one text, 64 in flight',
    kind: 'text',
    bytes: mebibyte,
    flight: 64,
    sides: ['plain', 'signed', 'unsigned', 'fork'],
    budgets: [more('P7', 'unsigned', 0.5, 0.6)],
  },
  {
    title: '64 KiB of raw bytes, 64 in flight',
    kind: 'bytes',
    bytes: 64 * kibibyte,
    flight: 64,
    sides: ['raw', 'signed', 'unsigned'],
    budgets: [more('P8', 'raw', 0.28, 0.4)],
  },
]

function more(id: string, beside: HopSideName, required: number, goal: number): HopBudget {
  return { id, beside, better: 'more', required, goal }
}
