import { join } from 'node:path'
import { compile, compileApplication } from '../harness/compile.js'
import { installPeers, peersFolder } from '../harness/install-peers.js'
import type { PairProgram } from '../harness/pair.js'
import { benchFolder } from './web-sides.js'

/** Who is measured, with the name that tables have for it. */
export const carrierSides = {
  tcp: 'Millrace, tcp_local',
  zeromq: 'Millrace, zeromq_local',
  redis: 'Millrace, redis',
  streams: 'Redis Streams by hand',
  bullmq: 'BullMQ, add and waitUntilFinished',
} as const

/** One of those who are measured. */
export type CarrierSide = keyof typeof carrierSides

/** How a side is started. @param redis the URL of a Redis of its own; a side that `needsRedis` uses it */
export type CarrierProgram = (redis: string) => PairProgram

const peers: readonly CarrierSide[] = ['streams', 'bullmq']

/** Whether a side needs a Redis. */
export function needsRedis(side: CarrierSide): boolean {
  return side === 'redis' || peers.includes(side)
}

/** Compiles and installs what is needed to start every side. */
export async function carrierPrograms(progress: (text: string) => void): Promise<Record<CarrierSide, CarrierProgram>> {
  await installPeers(progress)
  const driver = await compile('hop-driver')
  const programs = ['hop-millrace', 'hop-nodes']
  const millrace = join(await compileApplication({ name: 'carriers', programs }), 'hop-millrace.js')
  const where = { driver, cwd: benchFolder, flags: ['--conditions=@millrace/source'] }
  const carried = (platform: object) => ({ ...where, side: millrace, settings: JSON.stringify({ platform }) })
  const peer = (name: CarrierSide) => (redis: string) => ({
    ...where,
    side: join(peersFolder, `${name}.mjs`),
    settings: redis,
    redis,
  })
  return {
    tcp: () => carried({ execution_ipc: { transport: 'tcp_local' } }),
    zeromq: () => carried({ execution_ipc: { transport: 'zeromq_local' } }),
    redis: (url) => ({ ...carried(overRedis(url)), redis: url }),
    streams: peer('streams'),
    bullmq: peer('bullmq'),
  }
}

function overRedis(url: string): object {
  const auth = { secret_mode: 'static', secret_env: 'MILLRACE_BENCH_SECRET' }
  return { execution_ipc: { transport: 'redis', auth }, redis: { url, key_prefix: 'millrace:bench' } }
}
