import { type RedisServer, startRedis } from '@millrace/redis-server'
import type { BenchPart, Budget, Figure, Section } from '../harness/bench.js'
import { openPair, type Pair } from '../harness/pair.js'
import { rotated } from '../harness/rotated.js'
import { type SideFigure, type SideRound, sideRatio, sideRow } from '../harness/side-figures.js'
import type { HopLength, HopMeasurement } from '../programs/hop-side.js'
import { type CarrierProgram, type CarrierSide, carrierPrograms, carrierSides, needsRedis } from './carrier-sides.js'

const task = { kind: 'records', bytes: 200, flight: 64 } as const
const measured: HopLength = { ms: 1500, requests: 0 }
/** By number, so that the code of a side is compiled however busy the machine is. */
const warmUp: HopLength = { ms: 500, requests: 20_000 }
/** A job takes as long as dozens of requests, and runs through as much more code. */
const jobsWarmUp: HopLength = { ms: 500, requests: 2000 }

const names = Object.keys(carrierSides) as CarrierSide[] // its keys

/** What is compared, and what must come of it. */
const compared: readonly {
  readonly of: SideFigure
  readonly above: CarrierSide
  readonly below: CarrierSide
  readonly budget?: Budget
}[] = [
  { of: 'rate', above: 'zeromq', below: 'tcp', budget: more('ZeroMQ', 0.6, 0.6) },
  { of: 'rate', above: 'redis', below: 'streams', budget: more('P16', 0.5, 0.8) },
  { of: 'rate', above: 'redis', below: 'bullmq', budget: more('P16', 3, 8) },
  { of: 'rate', above: 'redis', below: 'tcp' },
  { of: 'cpu', above: 'zeromq', below: 'tcp' },
  { of: 'cpu', above: 'redis', below: 'tcp' },
  { of: 'cpu', above: 'redis', below: 'streams' },
  { of: 'cpu', above: 'redis', below: 'bullmq' },
]

/** Each side, measured one after the other. */
export type CarrierRound = SideRound<CarrierSide>

/** A request to a worker and its reply over each carrier, beside what one has without Millrace. */
export const carrierHop: BenchPart = {
  name: 'hop',
  about: `an echo of ${task.bytes} B, ${task.flight} in flight, over each carrier, beside Redis Streams by hand and BullMQ (P16)`,
  async measure({ rounds, progress }) {
    const programs = await carrierPrograms(progress)
    const results: CarrierRound[] = []
    for (let round = 1; round <= rounds; round++) {
      const one: Partial<Record<CarrierSide, HopMeasurement>> = {}
      for (const side of rotated(names, round)) {
        one[side] = await measureSide(side, programs[side])
        progress(`carriers, round ${round}: ${carrierSides[side]}`)
      }
      results.push(one)
    }
    return [carrierSection(results)]
  },
}

/** Nothing of one side runs while another one is measured: each has a Redis of its own, which ends with it. */
async function measureSide(side: CarrierSide, program: CarrierProgram): Promise<HopMeasurement> {
  let redis: RedisServer | undefined
  let pair: Pair | undefined
  try {
    if (needsRedis(side)) redis = await startRedis({ appendonly: 'no' })
    pair = await openPair(program(redis?.url ?? ''))
    return await pair.measure({ ...task, warmUp: side === 'bullmq' ? jobsWarmUp : warmUp, measured })
  } finally {
    await pair?.close()
    await redis?.stop()
  }
}

/** The tables of what was measured. @throws RangeError when a side has not been measured in each round */
export function carrierSection(rounds: readonly CarrierRound[]): Section {
  return {
    title: `Echo of ${task.bytes} B, ${task.flight} in flight, by what carries it; Redis keeps nothing on its disk`,
    figures: compared.map(({ of, above, below, budget }): Figure => {
      const what = `${of === 'rate' ? 'requests/s' : 'time on processors'}, ${carrierSides[above]} / ${carrierSides[below]}`
      const spread = sideRatio(rounds, of, above, below)
      return { what, unit: 'ratio', spread, ...(budget === undefined ? {} : { budget }) }
    }),
    sides: names.map((side) => sideRow(rounds, { names: carrierSides, side, floor: 'tcp' })),
    rounds,
  }
}

function more(id: string, required: number, goal: number): Budget {
  return { id, better: 'more', required, goal }
}
