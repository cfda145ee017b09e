import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Names of files that are modules. */
export const moduleFile: RegExp = /\.(?:m?js|m?ts)$/u
const noModule = /(?:\.d\.m?ts|\.(?:test|spec)\.m?[jt]s)$/u
const skippedFolders = new Set(['node_modules', '__tests__', 'test', 'tests'])

/**
 * The modules of a folder and of the folders in it, as absolute paths, sorted by name within each folder. Left out are tests
 * and their folders, type declarations, hidden names, `node_modules`, links to folders, and a TypeScript file that lies beside
 * the JavaScript compiled from it.
 *
 * @throws Error with Node's codes when a folder cannot be read
 */
export async function folderModules(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.'))
    .sort((first, second) => (first.name < second.name ? -1 : 1))
  const names = new Set(entries.map(({ name }) => name))
  const modules: string[] = []
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) modules.push(...(skippedFolders.has(entry.name) ? [] : await folderModules(path)))
    else if (isModule(entry.name, names) && (await isFile(entry, path))) modules.push(path)
  }
  return modules
}

function isModule(name: string, neighbours: ReadonlySet<string>): boolean {
  return moduleFile.test(name) && !noModule.test(name) && !isCompiled(name, neighbours)
}

function isCompiled(name: string, neighbours: ReadonlySet<string>): boolean {
  return name.endsWith('ts') && neighbours.has(name.replace(/ts$/u, 'js'))
}

async function isFile(entry: Dirent, path: string): Promise<boolean> {
  return entry.isSymbolicLink() ? (await stat(path)).isFile() : entry.isFile()
}
