import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { moduleResolve } from 'import-meta-resolve'
import { importConditions, ownFlags } from './import-conditions.js'

/**
 * Finds what `import specifier` would load in a module of a folder, under the conditions of the running process. (Node tells
 * this only for the calling module, and `require.resolve` cannot see packages that are for `import` alone.)
 *
 * @param baseDir the folder whose packages count, absolute
 * @returns a `file:` URL, or `node:` for a built-in module
 * @throws Error with Node's codes, ERR_MODULE_NOT_FOUND or ERR_PACKAGE_PATH_NOT_EXPORTED for example
 */
export function resolvePackage(specifier: string, baseDir: string): URL {
  const importer = pathToFileURL(join(baseDir, 'discovery.js'))
  return moduleResolve(specifier, importer, new Set(importConditions(ownFlags())))
}
