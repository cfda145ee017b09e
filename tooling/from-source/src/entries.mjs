import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** The names of libraries that are read faster as a part of the bundles, since they consist of dozens or hundreds of files. */
export const ofManyFiles = /^(?:typebox|ajv|ajv-formats|fast-json-stringify|yaml|@redis\/client)(?:\/|$)/u

/**
 * The files that get a bundle: all that a process can begin with or a fixture can import.
 *
 * @param {string} root that of the workspace
 * @returns {readonly string[]} absolute paths
 */
export function entries(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  return [
    ...packages.flatMap(sourceExports),
    join(root, 'packages/cli/src/bin.ts'),
    ...modulesIn(join(root, 'apps/reference/src')),
    ...modulesIn(join(root, 'apps/reference/src/delayed')),
    // Fixtures define their messages with it.
    realpathSync(join(root, 'packages/contracts/node_modules/typebox/build/index.mjs')),
  ]
}

/** @param {string} folder that of a package */
function sourceExports(folder) {
  /** @type {{ exports: Record<string, string | Record<string, string>> }} */
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return Object.values(exports).flatMap((target) => {
    const source = typeof target === 'string' ? undefined : target['@millrace/source']
    return source === undefined ? [] : [join(folder, source)]
  })
}

/** @param {string} folder */
function modulesIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
}
