import { pathToFileURL } from 'node:url'
import type { HopMeasurement, HopTask } from '../programs/hop-side.js'
import { type CompanionProgram, startCompanion } from './companion.js'

/** A side that has been started: its processes live and are warm. */
export interface Pair {
  measure(task: HopTask): Promise<HopMeasurement>
  close(): Promise<void>
}

/** What a pair is started from. */
export interface PairProgram extends Pick<CompanionProgram, 'cwd' | 'flags'> {
  /** The compiled driver. */
  readonly driver: string
  /** The module of the side. */
  readonly side: string
}

/**
 * Starts both processes of a side.
 *
 * @throws Error when the asking process ends, or says nothing in time
 */
export async function openPair({ driver, side, ...where }: PairProgram): Promise<Pair> {
  const asking = await startCompanion({ program: driver, args: [pathToFileURL(side).href], ...where })
  return {
    measure: async (task) => (await asking.ask(task, 'measured')).measurement as HopMeasurement, // our own driver says it
    close: () => asking.close(),
  }
}
