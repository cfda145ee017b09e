import { exitCodeOf, type Io, reportError } from '@millrace/cli'
import { MillraceError } from '@millrace/contracts'
import { parityCommand, paritySettings } from '../parity/parity-command.js'
import { generate } from './generate.js'
import { help } from './help.js'
import { run } from './run.js'
import { runSettings } from './run-settings.js'
import { serve, serveSettings } from './serve.js'

/**
 * Does what the arguments of `reference` ask for.
 *
 * @param args without the program's own name
 * @returns the exit code
 */
export async function commandLine(args: readonly string[], io: Io): Promise<number> {
  const [command = '--help', ...rest] = args
  if (command === 'generate') return generate(rest)
  if (command === '--help' || command === 'help' || rest.includes('--help')) {
    io.stdout.write(help)
    return 0
  }
  try {
    if (command === 'run') return await run(runSettings(rest), io)
    if (command === 'serve') return await serve(serveSettings(rest), io)
    if (command === 'parity') return await parityCommand(paritySettings(rest), io)
    throw new MillraceError(
      'CONFIG_INVALID',
      `'${command}' is no command: use run, serve, parity or generate. See pnpm reference --help`,
    )
  } catch (error) {
    reportError(error, io)
    return exitCodeOf(error)
  }
}
