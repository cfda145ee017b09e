import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MillraceError } from '@millrace/contracts'
import { moduleFlags } from '@millrace/kernel'
import { resolve } from 'import-meta-resolve'
import { findTypeScript, type TypeScriptUse } from './find-typescript.js'

/** What a process can import by itself. */
export interface ImportAbilities {
  /** Whether TypeScript works already: the process runs under tsx. */
  readonly tsx: boolean
  /** Whether Node.js strips types by itself; then tsx is used where it is installed, and not missed where it is not. */
  readonly stripsTypes: boolean
}

/**
 * Lets this process import an application that is written in TypeScript, through the tsx that is installed where its
 * configuration lives, and says what worker processes of the application need for it. Does nothing for an application in
 * JavaScript.
 *
 * See https://tsx.is/dev-api/register-esm and https://tsx.is/dev-api/register-cjs: a TypeScript file of a package that is not of
 * `"type": "module"` is CommonJS to tsx, and needs both.
 *
 * @param files the configuration files by name, the base first
 * @param abilities of this process
 * @returns flags of Node for worker processes: those of this process that concern modules, and tsx where it is needed
 * @throws MillraceError PACKAGE_MISSING when tsx is needed and not installed
 */
export async function prepareTypeScript(
  files: readonly string[],
  abilities: ImportAbilities,
): Promise<readonly string[]> {
  const own = moduleFlags(process.execArgv)
  if (abilities.tsx) return own
  const use = await findTypeScript(files, process.cwd())
  if (use === undefined) return own
  const apis = ['tsx/cjs/api', 'tsx/esm/api'].flatMap((name) => fromFolder(use.baseDir, name) ?? [])
  const loader = fromFolder(use.baseDir, 'tsx')
  if (apis.length === 2 && loader !== undefined) {
    for (const api of apis) {
      const { register } = (await import(api)) as { readonly register: () => unknown } // tsx documents it
      register()
    }
    return [...own, '--import', loader]
  }
  if (!abilities.stripsTypes) throw missing(use)
  return own
}

/** What the process that runs can do. */
export function ownAbilities(): ImportAbilities {
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? '']
  return {
    tsx: flags.some((flag) => /\btsx\b/u.test(flag)),
    stripsTypes: 'typescript' in process.features && process.features.typescript !== false,
  }
}

/** The URL of what a module in a folder would import by a name; undefined where it is not installed. */
function fromFolder(folder: string, name: string): string | undefined {
  try {
    return resolve(name, pathToFileURL(join(folder, 'millrace.js')).href)
  } catch {
    return undefined
  }
}

function missing({ what, baseDir }: TypeScriptUse): MillraceError {
  return new MillraceError(
    'PACKAGE_MISSING',
    `${what} is TypeScript, and tsx, which runs it, is not installed in ${baseDir}; run: npm install --save-dev tsx`,
  )
}
