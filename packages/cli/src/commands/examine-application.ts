import { type Preflight, preflight, transportToken } from '@millrace/kernel'
import type { Invocation } from '../command-line/command.js'
import { prepareTypeScript } from '../typescript/prepare-typescript.js'
import { whileLoading } from '../while-loading.js'
import { tellRefused } from './refused-json.js'

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
export function examineApplication(invocation: Invocation, options: ExamineOptions): Promise<Preflight> {
  const { operands: files, io, abilities } = invocation
  const examine = async (): Promise<Preflight> => {
    await prepareTypeScript(files, abilities)
    return preflight({ config: files, bound: [transportToken], ...options })
  }
  return whileLoading(io, examine, (error) => tellRefused(invocation, error))
}
