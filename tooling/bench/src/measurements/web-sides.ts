import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CompanionProgram } from '../harness/companion.js'
import { compileApplication } from '../harness/compile.js'
import { installPeers, peersFolder } from '../harness/install-peers.js'

/** Who is measured, with the name that tables have for it. */
export const webSides = {
  bare: 'Fastify alone',
  inline: 'Millrace, in one process',
  worker: 'Millrace over a worker, tcp_local',
  nest: 'Fastify, NestJS TCP behind it',
  moleculer: 'Fastify, Moleculer TCP behind it',
  undici: 'Fastify, undici to a second Fastify',
} as const

/** One of those who are measured. */
export type WebSideName = keyof typeof webSides

/** Optional packages of the runtime are found from here. */
export const benchFolder: string = fileURLToPath(new URL('../..', import.meta.url))

/** Compiles and installs what is needed to start every side. */
export async function webPrograms(
  progress: (text: string) => void,
): Promise<Readonly<Record<WebSideName, CompanionProgram>>> {
  await installPeers(progress)
  const programs = ['web-millrace', 'web-nodes', 'hop-nodes']
  const folder = await compileApplication({ name: 'web', programs, opensWeb: true })
  const millrace = (mode: string): CompanionProgram => ({
    program: join(folder, 'web-millrace.js'),
    args: [mode],
    cwd: benchFolder,
    flags: ['--conditions=@millrace/source'],
  })
  const front = (...args: readonly string[]): CompanionProgram => ({
    program: join(peersFolder, 'web-front.mjs'),
    args,
  })
  return {
    bare: front(),
    inline: millrace('inline'),
    worker: millrace('worker'),
    nest: front('./nest.mjs'),
    moleculer: front('./moleculer.mjs'),
    undici: front('./undici.mjs'),
  }
}
