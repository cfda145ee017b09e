import { isMillraceError } from '@millrace/contracts'
import type { Invocation } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'

/** What programs are told of an application that was refused: `{"ok":false,"code","findings"}`, without a line end. */
export function refusedJson(error: unknown): string {
  if (!isMillraceError(error)) return JSON.stringify({ ok: false, code: null, findings: [] })
  return JSON.stringify({ ok: false, code: error.code, findings: error.facts.findings ?? [error.message] })
}

/** Tells programs that asked for JSON of an application that was refused. */
export function tellRefused({ flags, io }: Pick<Invocation, 'flags' | 'io'>, error: unknown): void {
  if (flags.has('json')) io.stdout.write(`${refusedJson(error)}\n`)
}

/** Does the work of a command. Where it fails, programs that asked for JSON hear of it too; people always do. */
export async function toldAsJson(invocation: Invocation, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UsageError)) tellRefused(invocation, error)
    throw error
  }
}
