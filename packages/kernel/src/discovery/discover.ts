import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unlessStuck } from '@millrace/config-validator'
import type { Part } from '@millrace/contracts'
import { type Finding, findingsError } from '@millrace/contracts'
import { type Collected, collectParts } from './collect-parts.js'
import { errorLine, importFailure } from './import-failure.js'
import { type FoundModule, locateModule } from './locate-module.js'

/**
 * Imports the modules of `runtime.discovery_modules` one after the other and collects the definitions they export. Their order
 * is the order of the modules (in a folder by path), then of the export names; `defineApp` keeps the order of its parts. A
 * definition that is exported several times counts once, where it came first.
 *
 * @param modules files and folders, relative or absolute, and packages; a file or folder goes before a package of that name
 * @param baseDir the folder of the configuration file
 * @throws MillraceError CONFIG_UNREADABLE for modules that cannot be found or imported, CONFIG_INVALID for those that export
 * no definition; one error with all of them
 */
export async function discover(modules: readonly string[], baseDir: string): Promise<readonly Part[]> {
  const from = resolve(baseDir)
  const parts = new Set<Part>()
  const problems: Problem[] = []
  for (const entry of modules) {
    const outcome = await importEntry(entry, from)
    if ('message' in outcome) problems.push(outcome)
    else for (const part of outcome.parts) parts.add(part)
  }
  if (problems.length > 0) throw findingsError('discovery', problems, problems[0]?.cause)
  return [...parts]
}

interface Problem extends Finding {
  readonly cause?: unknown
}

async function importEntry(entry: string, baseDir: string): Promise<Collected | Problem> {
  const located = await locateModule(entry, baseDir)
  if (located.kind === 'missing') {
    const why = located.cause === undefined ? located.why : `${located.why} (${errorLine(located.cause)})`
    return unreadable(`'${entry}' cannot be found from ${baseDir}: ${why}`, located.cause)
  }
  const collected: Collected[] = []
  for (const url of located.urls)
    try {
      const namespace = await unlessStuck<Readonly<Record<string, unknown>>>(import(url))
      if (namespace === undefined) return notImported(entry, baseDir, `${fileOf(url)} ${neverEnds}`)
      collected.push(collectParts(namespace))
    } catch (cause) {
      return notImported(entry, baseDir, `${fileOf(url)}: ${importFailure(cause, fileOf(url))}`, cause)
    }
  const parts = collected.flatMap((module) => module.parts)
  return collected.some(({ definitions }) => definitions) ? { parts, definitions: true } : empty(entry, located)
}

const neverEnds =
  'never ends loading: at its top level it awaits a promise that nothing settles; start such work in a service or a handler'

function notImported(entry: string, baseDir: string, why: string, cause?: unknown): Problem {
  return unreadable(`'${entry}', found from ${baseDir}, cannot be imported: ${why}`, cause)
}

function fileOf(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url
}

function unreadable(what: string, cause: unknown): Problem {
  return { code: 'CONFIG_UNREADABLE', message: `discovery module ${what}`, cause }
}

function empty(entry: string, { kind, at, urls }: FoundModule): Problem {
  const what = urls.length === 0 ? 'holds no .js, .mjs, .ts or .mts module' : 'exports no definition'
  return {
    code: 'CONFIG_INVALID',
    message: `discovery module '${entry}' (${kind} ${at}) ${what}; export what defineNode, defineSource, defineSink, defineService, defineModule or defineApp returns`,
  }
}
