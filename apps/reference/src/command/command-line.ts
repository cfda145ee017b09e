import { isMillraceError, MillraceError } from '@millrace/contracts'
import { exitCodeOf } from './exit-code.js'
import { generate } from './generate.js'
import { help } from './help.js'
import { run } from './run.js'
import { runSettings } from './run-settings.js'

/**
 * Does what the arguments of `reference` ask for.
 *
 * @param args without the program's own name
 * @returns the exit code
 */
export async function commandLine(args: readonly string[]): Promise<number> {
  const [command = '--help', ...rest] = args
  if (command === 'generate') return generate(rest)
  if (command === '--help' || command === 'help' || rest.includes('--help')) {
    process.stdout.write(help)
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
    process.stderr.write(`${error.message}\n`)
    return exitCodeOf(error)
  }
}
