import { pathToFileURL } from 'node:url'
import { errorCode } from './error-code.js'
import { locate } from './finding.js'
import { plainTree } from './plain-tree.js'
import { type Reading, unreadable } from './reading.js'
import { unlessStuck } from './unless-stuck.js'

/** Imports a module by its URL, as `import()` does. */
export type ImportModule = (url: string) => Promise<{ readonly default?: unknown }>

/**
 * Reads the default export of a module.
 *
 * @param path absolute
 * @param file as the user named it
 */
export async function readModule(path: string, file: string, importModule: ImportModule): Promise<Reading> {
  try {
    const namespace = await unlessStuck(importModule(pathToFileURL(path).href))
    if (namespace === undefined)
      return unreadable(
        file,
        'never ends loading: at its top level it awaits a promise that nothing settles; export plain data',
      )
    const value = defaultOf(namespace)
    return value === undefined
      ? unreadable(file, 'has no default export; write: export default { version: 1, … }')
      : moduleReading(value, file)
  } catch (error) {
    return unreadable(file, importFailure(error, file))
  }
}

/** What a module exports by default; of one that was compiled to CommonJS, what it had exported by default before. */
function defaultOf({ default: value }: { readonly default?: unknown }): unknown {
  const isCompiled = typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value
  return isCompiled ? value.default : value
}

function moduleReading(value: unknown, file: string): Reading {
  const { tree, mistakes } = plainTree(value, file)
  return { tree, findings: mistakes.map((mistake) => locate(mistake, tree)), mistakes }
}

/** What Node.js says to TypeScript: that it knows no such extension, or not this much of the language. */
const typescriptRefusals = [
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
]

/** The error's own text may quote the module, and stays here. */
function importFailure(error: unknown, file: string): string {
  const code = errorCode(error)
  if (code !== undefined && typescriptRefusals.includes(code))
    return 'is TypeScript, which this process cannot import; start it with node --import tsx, or write YAML'
  return `cannot be imported (${code ?? 'it throws'}); run node ${file} to see why`
}
