import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MillraceError } from '@millrace/contracts'
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
 * configuration lives. Does nothing for an application in JavaScript.
 *
 * See https://tsx.is/dev-api/register-esm
 *
 * @param files the configuration files by name, the base first
 * @param abilities of this process
 * @throws MillraceError PACKAGE_MISSING when tsx is needed and not installed
 */
export async function prepareTypeScript(files: readonly string[], abilities: ImportAbilities): Promise<void> {
  if (abilities.tsx) return
  const use = await findTypeScript(files, process.cwd())
  if (use === undefined) return
  const api = tsxApi(use.baseDir)
  if (api !== undefined) {
    const { register } = (await import(api)) as { readonly register: () => unknown } // tsx documents it
    register()
  } else if (!abilities.stripsTypes) throw missing(use)
}

/** What the process that runs can do. */
export function ownAbilities(): ImportAbilities {
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? '']
  return {
    tsx: flags.some((flag) => /\btsx\b/u.test(flag)),
    stripsTypes: 'typescript' in process.features && process.features.typescript !== false,
  }
}

/** What `import 'tsx/esm/api'` would load in a module of a folder; undefined where tsx is not installed. */
function tsxApi(folder: string): string | undefined {
  try {
    return resolve('tsx/esm/api', pathToFileURL(join(folder, 'millrace.js')).href)
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
