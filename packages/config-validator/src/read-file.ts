import { access, readFile, stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { errorCode } from './error-code.js'
import { type ImportModule, readModule } from './read-module.js'
import { type Reading, unreadable } from './reading.js'

const yaml = ['.yml', '.yaml']
const modules = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/**
 * Reads one configuration file, by its extension as YAML, JSON or a module.
 *
 * @param file as the user named it
 * @param cwd the folder that the name starts at
 */
export async function readConfigFile(file: string, cwd: string, importModule: ImportModule): Promise<Reading> {
  const path = resolve(cwd, file)
  const extension = extname(file).toLowerCase()
  if (modules.includes(extension)) {
    const failure = await accessFailure(path)
    return failure === undefined ? readModule(path, file, importModule) : unreadable(file, failure)
  }
  if (extension !== '.json' && !yaml.includes(extension))
    return unreadable(file, 'is of no known kind; name it .yml, .yaml, .json, .ts, .mts, .js, .mjs or .cjs')
  const text = await readText(path)
  if (typeof text !== 'string') return unreadable(file, text.failure)
  // Workers get their configuration read, and need no parser.
  if (extension === '.json') return (await import('./read-json.js')).readJson(text, file)
  return (await import('./read-yaml.js')).readYaml(text, file)
}

async function readText(path: string): Promise<string | { readonly failure: string }> {
  try {
    const found = await stat(path)
    // A pipe that nobody writes to would be waited for without a word.
    if (!found.isFile() && !found.isDirectory()) return { failure: 'is a pipe or a device; name a file' }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (error) {
    return { failure: readFailure(error) }
  }
}

async function accessFailure(path: string): Promise<string | undefined> {
  try {
    await access(path)
    return undefined
  } catch (error) {
    return readFailure(error)
  }
}

function readFailure(error: unknown): string {
  const code = errorCode(error)
  if (code === 'ENOENT') return 'does not exist; check the path, which starts at the folder the command runs in'
  if (code === 'EISDIR') return 'is a folder; name a file in it'
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not UTF-8 text; save it as UTF-8'
  return `cannot be read (${code ?? 'unknown reason'}); check its permissions`
}
