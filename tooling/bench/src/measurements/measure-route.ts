import type { Companion } from '../harness/companion.js'
import type { SideMeasurement } from '../harness/side-figures.js'
import { hopPayload } from '../programs/hop-payload.js'

/** How many connections ask at once. */
export const connections = 64

const payload = hopPayload({ kind: 'records', bytes: 200 })
/** By number: the code of every side is compiled then, however busy the machine is, and at the end nothing is unanswered. */
const requests = 20_000

/** Asks a route twenty thousand times to warm it up, and as often again to measure it. */
export async function measureRoute(side: Companion, load: Companion): Promise<SideMeasurement> {
  const { url } = side.ready
  const used = async (): Promise<number> => Number((await side.ask('cpu', 'cpu')).cpuMs)
  const task = { url, payload, connections, requests }
  await load.ask(task, 'loaded')
  const before = await used()
  const { units, wallMs, p50Ms, p99Ms } = await load.ask(task, 'loaded')
  const cpuMs = (await used()) - before
  return { units: Number(units), wallMs: Number(wallMs), cpuMs, p50Ms: Number(p50Ms), p99Ms: Number(p99Ms) }
}
