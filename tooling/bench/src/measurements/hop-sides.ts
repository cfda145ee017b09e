import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile, compileApplication } from '../harness/compile.js'
import { installPeers, peersFolder } from '../harness/install-peers.js'
import type { PairProgram } from '../harness/pair.js'

/** Who is measured, with the name that tables have for it. */
export const hopSides = {
  raw: 'raw TCP echo, batched writes',
  plain: '(c) TCP + JSON, unsigned, callbacks',
  signed: 'Millrace, signed: the whole public path',
  unsigned: 'Millrace on the same link, unsigned',
  fork: 'fork IPC json',
  piscina: 'Piscina (threads)',
  nest: 'NestJS TCP',
  moleculer: 'Moleculer TCP',
} as const

/** One of those who are measured. */
export type HopSideName = keyof typeof hopSides

const peers: readonly HopSideName[] = ['piscina', 'nest', 'moleculer']
/** Optional packages of the runtime are found from here. */
const cwd = fileURLToPath(new URL('../..', import.meta.url))
const programs = ['hop-millrace', 'hop-nodes']

/** Compiles and installs what is needed to start some of the sides. */
export async function hopPrograms(
  names: readonly HopSideName[],
  progress: (text: string) => void,
): Promise<ReadonlyMap<HopSideName, PairProgram>> {
  if (names.some((name) => peers.includes(name))) await installPeers(progress)
  const driver = await compile('hop-driver')
  await compile('hop-echo')
  const sides = new Map<HopSideName, PairProgram>()
  for (const name of names)
    sides.set(name, { driver, side: await sideOf(name), cwd, flags: ['--conditions=@millrace/source'] })
  return sides
}

async function sideOf(name: HopSideName): Promise<string> {
  if (peers.includes(name)) return join(peersFolder, `${name}.mjs`)
  if (name === 'signed') return join(await compileApplication({ name, programs }), 'hop-millrace.js')
  if (name !== 'unsigned') return compile(`hop-${name}`)
  const replaced = { '@millrace/transport-tcp-secure': 'unsigned-transport' }
  return join(await compileApplication({ name, programs, replaced }), 'hop-millrace.js')
}
