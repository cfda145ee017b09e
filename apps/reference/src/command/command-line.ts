import { isMillraceError, MillraceError } from '@millrace/contracts'
import { exitCodeOf } from './exit-code.js'
import { generate } from './generate.js'
import { help } from './help.js'
import { run } from './run.js'
import { runSettings } from './run-settings.js'

/** Where help and errors are written. */
export interface CommandStreams {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/**
 * Does what the arguments of `reference` ask for.
 *
 * @param args without the program's own name
 * @returns the exit code
 */
export async function commandLine(args: readonly string[], { stdout, stderr }: CommandStreams): Promise<number> {
  const [command = '--help', ...rest] = args
  if (command === 'generate') return generate(rest)
  if (command === '--help' || command === 'help' || rest.includes('--help')) {
    stdout.write(help)
    return 0
  }
  try {
    if (command === 'run') return await run(runSettings(rest))
    throw new MillraceError(
      'CONFIG_INVALID',
      `'${command}' is no command: use run or generate. See pnpm reference --help`,
    )
  } catch (error) {
    if (!isMillraceError(error)) throw error
    stderr.write(`${error.message}\n`)
    return exitCodeOf(error)
  }
}
