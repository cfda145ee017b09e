import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { nearestName } from '@millrace/contracts'
import { folderModules, moduleFile } from './folder-modules.js'
import { errorCode } from './import-failure.js'
import { resolvePackage } from './resolve-package.js'

/** What an entry of `runtime.discovery_modules` stands for. */
export type LocatedModule = FoundModule | MissingModule

/** An entry that can be imported. */
export interface FoundModule {
  readonly kind: 'file' | 'folder' | 'package'
  /** Where it lies: an absolute path, or a URL for what is no file. */
  readonly at: string
  /** What to import, in order. */
  readonly urls: readonly string[]
}

/** An entry that cannot. */
export interface MissingModule {
  readonly kind: 'missing'
  readonly why: string
  readonly cause?: unknown
}

/**
 * Finds an entry: a file or folder where there is one at that path, else a package.
 *
 * @param baseDir what relative paths start at and packages are looked up from, absolute
 */
export async function locateModule(entry: string, baseDir: string): Promise<LocatedModule> {
  const path = resolve(baseDir, entry)
  try {
    if (await exists(path)) return await locatePath(path)
    return isPath(entry) ? await missingPath(path) : await locatePackage(entry, baseDir, path)
  } catch (cause) {
    return { kind: 'missing', why: `${path} cannot be read`, cause }
  }
}

function isPath(entry: string): boolean {
  return /^\.{1,2}(?:[/\\]|$)/u.test(entry) || isAbsolute(entry)
}

async function locatePath(path: string): Promise<LocatedModule> {
  if (!(await stat(path)).isDirectory()) return { kind: 'file', at: path, urls: [pathToFileURL(path).href] }
  const modules = await folderModules(path)
  return { kind: 'folder', at: path, urls: modules.map((module) => pathToFileURL(module).href) }
}

async function locatePackage(entry: string, baseDir: string, path: string): Promise<LocatedModule> {
  try {
    const url = resolvePackage(entry, baseDir)
    return { kind: 'package', at: url.protocol === 'file:' ? fileURLToPath(url) : url.href, urls: [url.href] }
  } catch (cause) {
    const why = 'there is no such file or folder, and no package of that name can be imported'
    const near = await nearbyModule(path)
    if (near !== undefined) return { kind: 'missing', why: `${why}; did you mean ${near}?` }
    // That a package was not found says no more than that.
    return { kind: 'missing', why, ...(errorCode(cause) === 'ERR_MODULE_NOT_FOUND' ? {} : { cause }) }
  }
}

/** People leave the extension away, or write the one that the file will have when it is built. */
async function missingPath(path: string): Promise<LocatedModule> {
  const near = (await withOtherEnding(path)) ?? (await nearbyModule(path))
  return {
    kind: 'missing',
    why: `there is no file or folder ${path}${near === undefined ? '' : `; did you mean ${near}?`}`,
  }
}

async function withOtherEnding(path: string): Promise<string | undefined> {
  const stem = path.replace(/\.[cm]?[jt]s$/u, '')
  for (const ending of ['.js', '.mjs', '.ts', '.mts']) if (await exists(stem + ending)) return stem + ending
  return undefined
}

/** The module or folder beside a path that is not there whose name is nearest to it. */
async function nearbyModule(path: string): Promise<string | undefined> {
  const folder = dirname(path)
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isDirectory() || moduleFile.test(entry.name)).map(({ name }) => name)
  const near = nearestName(basename(path), names)
  return near === undefined ? undefined : join(folder, near)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false
    throw error
  }
}
