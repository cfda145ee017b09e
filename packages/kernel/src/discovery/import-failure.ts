import { inspect } from 'node:util'

/** Node's codes for TypeScript that it could run with a loader only. */
const typescriptCodes = new Set(['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING'])

/**
 * Says in one line why a module could not be imported: the error, and the file and line it arose in as far as it tells.
 *
 * @param thrown what `import` threw
 * @param file the file that was imported
 */
export function importFailure(thrown: unknown, file: string): string {
  if (!isError(thrown)) return `it threw ${inspect(thrown, { depth: 0 })}`
  if (needsTypeScript(thrown))
    return `this process cannot run TypeScript (${errorLine(thrown)}); start it with node --import tsx, or build the module and name the .js file`
  return `${thrown.name}: ${errorLine(thrown)}${place(thrown, file)}`
}

/** The first line of what an error says, with the next where it only announces it, as compilers do. */
export function errorLine(thrown: unknown): string {
  const [first = '', next = ''] = (isError(thrown) ? thrown.message : String(thrown)).split('\n')
  return first.endsWith(':') ? `${first} ${next.trim()}`.trim() : first
}

function needsTypeScript(error: Error): boolean {
  const code = errorCode(error) ?? ''
  return typescriptCodes.has(code) || (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts\b/u.test(error.message))
}

/** The file and line at the head of a stack, and its frames in files; frames after an `await` are those of discovery. */
const placesInStack = /^(?: +at (?!async )(?:.*\()?)?(?:file:\/\/)?(\/[^\s()]+:\d+)\)?$/gmu

/** Of a syntax error in an ES module Node tells programs no place, only the terminal. */
function place({ name, stack = '' }: Error, file: string): string {
  const places = [...stack.matchAll(placesInStack)].flatMap(([, found = '']) => (isForeign(found, file) ? [] : [found]))
  if (places[0] !== undefined) return ` (${places[0]})`
  return name === 'SyntaxError' ? `; node ${file} shows the line` : ''
}

/** Loaders and libraries throw too; where they do so helps nobody who does not work on them. */
function isForeign(place: string, file: string): boolean {
  return place.includes('/node_modules/') && !file.includes('/node_modules/')
}

/** The code that Node gave an error; undefined for one without. */
export function errorCode(thrown: unknown): string | undefined {
  return isError(thrown) && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
}

/** Told without `instanceof`: the error may come from another realm. */
function isError(thrown: unknown): thrown is Error {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'name' in thrown &&
    'message' in thrown &&
    typeof thrown.message === 'string'
  )
}
