import { symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixtures } from './start-millrace.js'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'

const packages = fileURLToPath(new URL('../..', import.meta.url))
const installed = [
  'kernel',
  'supervisor',
  'transport-tcp-secure',
  'transport-redis',
  'observability',
  'console',
  'web-fastify',
]
const tsx = dirname(createRequire(import.meta.url).resolve('tsx/package.json'))

/** A folder of a test in which all that worker processes need is installed. */
export function processFolder(): TemporaryFolder {
  const folder = temporaryFolder()
  folder.write('package.json', '{ "type": "module" }')
  folder.write('node_modules/@millrace/.keep', '')
  for (const name of installed) symlinkSync(join(packages, name), join(folder.path, 'node_modules/@millrace', name))
  symlinkSync(tsx, join(folder.path, 'node_modules/tsx'))
  return folder
}

/** The path of a fixture as a discovery module. */
export function fixture(name: string): string {
  return join(fixtures, name)
}

/** What the tests configure of a group. */
export interface Group {
  readonly name: string
  readonly nodes: readonly string[]
  readonly [key: string]: unknown
}

/** The configuration of an application in worker processes. */
export interface ProcessApplication {
  readonly modules: readonly string[]
  readonly groups: readonly Group[]
  readonly adapters?: object
  readonly ipc?: object
  readonly platform?: object
  readonly observability?: object
  /** A file, or what the configuration says of them. */
  readonly deadLetters?: string | object
}

/** Writes a configuration into a folder. @returns its path */
export function writeApplication(folder: TemporaryFolder, name: string, application: ProcessApplication): string {
  const { modules, groups, adapters = {}, ipc = {}, platform = {}, observability = {}, deadLetters } = application
  return folder.write(
    name,
    JSON.stringify({
      version: 1,
      scenario: { name: 'processes' },
      runtime: {
        discovery_modules: modules,
        observability,
        platform: {
          bootstrap: { mode: 'process_supervisor' },
          execution_ipc: ipc,
          // Ten workers on a busy machine take their time to load; what is tested is not how soon.
          process_groups: groups.map((group) => ({ start_timeout_seconds: 100, ...group })),
          ...platform,
        },
      },
      adapters,
      dead_letters: typeof deadLetters === 'string' ? { path: deadLetters } : (deadLetters ?? {}),
    }),
  )
}
