import { readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { loadConfig } from '@millrace/config-validator'

/** Something in TypeScript that an application would import. */
export interface TypeScriptUse {
  /** Such as `discovery module './nodes.ts'`. */
  readonly what: string
  /** The folder of the configuration, absolute. */
  readonly baseDir: string
}

const typescriptFile = /\.[mc]?ts$/u
const declarations = /\.d\.[mc]?ts$/u

/**
 * Finds out whether an application is written in TypeScript: the first of its configuration files or discovery modules that is.
 * What cannot be read is left to preflight, which tells it with its place.
 *
 * @param files the configuration files by name, the base first
 */
export async function findTypeScript(files: readonly string[], cwd: string): Promise<TypeScriptUse | undefined> {
  const [base = '.'] = files
  const baseDir = dirname(resolve(cwd, base))
  const config = files.find((file) => typescriptFile.test(file))
  if (config !== undefined) return { what: `configuration '${config}'`, baseDir }
  for (const entry of await discoveryModules(files, cwd))
    if (await isTypeScript(resolve(baseDir, entry))) return { what: `discovery module '${entry}'`, baseDir }
  return undefined
}

async function discoveryModules(files: readonly string[], cwd: string): Promise<readonly string[]> {
  try {
    const { config } = await loadConfig(files, { cwd, checkMachine: false })
    return config.runtime.discovery_modules
  } catch {
    return []
  }
}

async function isTypeScript(path: string): Promise<boolean> {
  if (typescriptFile.test(path)) return true
  const isFolder = await stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  )
  return isFolder && (await holdsTypeScript(path))
}

async function holdsTypeScript(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    if (entry.isDirectory() ? await holdsTypeScript(join(folder, entry.name)) : isModule(entry.name)) return true
  }
  return false
}

function isModule(name: string): boolean {
  return typescriptFile.test(name) && !declarations.test(name)
}
