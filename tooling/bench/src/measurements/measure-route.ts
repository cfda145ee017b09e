import type { Companion } from '../harness/companion.js'
import type { SideMeasurement } from '../harness/side-figures.js'
import { askByWrk } from '../harness/wrk.js'
import { hopPayload } from '../programs/hop-payload.js'

/** How many connections ask at once. */
export const connections = 64

const payload = hopPayload({ kind: 'records', bytes: 200 })
const warmUpSeconds = 3
const measuredSeconds = 4

/** Asks a route for some seconds to warm it up, and then for some more to measure it. */
export async function measureRoute(side: Companion): Promise<SideMeasurement> {
  const task = { url: String(side.ready.url), payload, connections }
  const used = async (): Promise<number> => Number((await side.ask('cpu', 'cpu')).cpuMs)
  await askByWrk({ ...task, seconds: warmUpSeconds })
  const before = await used()
  const { requests, ...times } = await askByWrk({ ...task, seconds: measuredSeconds })
  const cpuMs = (await used()) - before
  return { units: requests, cpuMs, ...times }
}
