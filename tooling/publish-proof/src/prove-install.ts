import { strict as assert } from 'node:assert'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { installedPackages, unwantedPackages } from './installed-packages.js'
import { asCommonJs, asModule, type ReadmeProgram } from './readme-program.js'
import { type RunOptions, runProgram } from './run-program.js'

export const clients = ['npm', 'pnpm'] as const
export type Client = (typeof clients)[number]

export interface ProofSettings {
  /** A folder that does not exist yet, absolute. */
  readonly folder: string
  readonly packageName: string
  readonly program: ReadmeProgram
  readonly env: NodeJS.ProcessEnv
}

/**
 * Installs one package into an empty folder and uses it as a reader of the README would: as an ES module, from
 * CommonJS, and in TypeScript.
 *
 * @returns the names of all packages that were installed
 */
export async function proveInstall(client: Client, settings: ProofSettings): Promise<readonly string[]> {
  const { folder, packageName, program, env } = settings
  const inFolder: RunOptions = { cwd: folder, env }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "reader", "version": "1.0.0", "private": true }\n')
  await install(client, packageName, folder, inFolder)
  const names = installedPackages(join(folder, 'node_modules'))
  assert(names.includes(packageName), `${client} did not install ${packageName}`)
  assert.deepEqual(unwantedPackages(names), [], `${client} installed what nobody asked for`)

  writeFileSync(join(folder, 'program.mjs'), asModule(program.source))
  writeFileSync(join(folder, 'program.cjs'), asCommonJs(program.source))
  writeFileSync(join(folder, 'program.mts'), program.source)
  assert.equal(await runProgram('node', ['program.mjs'], inFolder), program.prints, `${client}, as an ES module`)
  assert.equal(await runProgram('node', ['program.cjs'], inFolder), program.prints, `${client}, from CommonJS`)
  await runProgram('node', [compiler, ...compilerOptions, 'program.mts'], inFolder)
  return names
}

async function install(client: Client, name: string, folder: string, options: RunOptions): Promise<void> {
  if (client === 'npm') await runProgram('npm', ['install', '--no-audit', '--no-fund', name], options)
  else await runProgram('pnpm', ['add', '--store-dir', join(folder, 'store'), name], options)
}

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')

// Checking the declarations of libraries in full takes half a minute for TypeBox alone; attw resolves them elsewhere.
const compilerOptions = [
  ...['--noEmit', '--strict', '--skipLibCheck'],
  ...['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom'],
]
