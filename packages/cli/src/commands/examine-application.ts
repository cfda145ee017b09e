import { type Preflight, preflight, transportToken } from '@millrace/kernel'
import type { Invocation } from '../command-line/command.js'
import { prepareTypeScript } from '../typescript/prepare-typescript.js'
import { whileLoading } from '../while-loading.js'

/** What is asked of an application before anything of it runs. */
export interface ExamineOptions {
  /** Whether message types that nothing emits enter by `Runtime.request`. */
  readonly embedded: boolean
  /** Whether packages that are not installed are mistakes. */
  readonly packages: boolean
  /** Whether schemas of message types are compiled, which takes a while. */
  readonly schemas: boolean
}

/**
 * Runs preflight on an application.
 *
 * @throws MillraceError with every finding
 */
export function examineApplication(
  { operands: files, io, abilities }: Invocation,
  options: ExamineOptions,
): Promise<Preflight> {
  return whileLoading(io, async () => {
    await prepareTypeScript(files, abilities)
    return preflight({ config: files, bound: [transportToken], ...options })
  })
}
