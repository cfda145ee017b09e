import { createRequire } from 'node:module'
import { join } from 'node:path'
import { MillraceError } from '@millrace/contracts'
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
  const require = createRequire(join(use.baseDir, 'millrace.cjs'))
  if (!isInstalled(require)) {
    if (abilities.stripsTypes) return
    throw missing(use)
  }
  const { register } = require('tsx/esm/api') as { readonly register: () => unknown } // tsx documents it
  register()
}

/** What the process that runs can do. */
export function ownAbilities(): ImportAbilities {
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? '']
  return {
    tsx: flags.some((flag) => /\btsx\b/u.test(flag)),
    stripsTypes: 'typescript' in process.features && process.features.typescript !== false,
  }
}

function isInstalled(require: NodeJS.Require): boolean {
  try {
    require.resolve('tsx/esm/api')
    return true
  } catch {
    return false
  }
}

function missing({ what, baseDir }: TypeScriptUse): MillraceError {
  return new MillraceError(
    'PACKAGE_MISSING',
    `${what} is TypeScript, and tsx, which runs it, is not installed in ${baseDir}; run: npm install --save-dev tsx`,
  )
}
