import { type Preflight, preflight, transportToken } from '@millrace/kernel'
import { type ImportAbilities, prepareTypeScript } from '../typescript/prepare-typescript.js'

/** What is asked of an application before anything of it runs. */
export interface ExamineOptions {
  /** Whether message types that nothing emits enter by `Runtime.request`. */
  readonly embedded: boolean
  /** Whether packages that are not installed are mistakes. */
  readonly packages: boolean
  /** What this process can import. */
  readonly abilities: ImportAbilities
}

/**
 * Runs preflight on an application.
 *
 * @param files its configuration files by name, the base first
 * @throws MillraceError with every finding
 */
export async function examineApplication(files: readonly string[], options: ExamineOptions): Promise<Preflight> {
  const { abilities, embedded, packages } = options
  await prepareTypeScript(files, abilities)
  return preflight({ config: files, bound: [transportToken], embedded, packages })
}
