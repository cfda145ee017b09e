import { pathToFileURL } from 'node:url'
import type { HopMeasurement, HopTask } from '../programs/hop-side.js'
import { type CompanionProgram, startCompanion } from './companion.js'

/** A side that has been started: its processes live and are warm. */
export interface Pair {
  measure(task: HopTask): Promise<HopMeasurement>
  /** How much telemetry the side has lost; of a side that has some. */
  lost(): Promise<number>
  close(): Promise<void>
}

/** What a pair is started from. */
export interface PairProgram extends Pick<CompanionProgram, 'cwd' | 'flags'> {
  /** The compiled driver. */
  readonly driver: string
  /** The module of the side. */
  readonly side: string
  /** What the side is told when it is opened. @default nothing */
  readonly settings?: string
  /** The URL of the Redis that the side uses, whose time on processors counts too; such a side has settings. @default none */
  readonly redis?: string
}

/**
 * Starts both processes of a side.
 *
 * @throws Error when the asking process ends, or says nothing in time
 */
export async function openPair({ driver, side, settings, redis, ...where }: PairProgram): Promise<Pair> {
  const args = [pathToFileURL(side).href, settings, redis].filter((argument) => argument !== undefined)
  const asking = await startCompanion({ program: driver, args, ...where })
  return {
    measure: async (task) => (await asking.ask(task, 'measured')).measurement as HopMeasurement, // our own driver says it
    lost: async () => Number((await asking.ask('lost', 'lost')).count),
    close: () => asking.close(),
  }
}
