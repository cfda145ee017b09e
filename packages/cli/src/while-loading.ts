import { MillraceError } from '@millrace/contracts'
import { exitCodes } from './exit-code.js'
import type { Io } from './io.js'
import { printable } from './printable.js'

/**
 * Does what imports modules of the application. One of them may end the process meanwhile, as if all were well or with an exit code
 * of its own; that is told, and makes the exit code 2.
 *
 * @param refused tells programs of it; called while the process ends, so nothing that it only begins is done any more
 */
export async function whileLoading<Result>(
  io: Pick<Io, 'stderr' | 'on' | 'off' | 'exit'>,
  load: () => Promise<Result>,
  refused: (error: MillraceError) => void,
): Promise<Result> {
  const listener = (): void => {
    const error = new MillraceError(
      'CONFIG_UNREADABLE',
      'the process ended before the application was loaded, and nothing was started: a module that the configuration names called process.exit(), or threw where nobody catches it; let it throw at its top level',
    )
    refused(error)
    io.stderr.write(printable(`${error.message}\n`))
    io.off('exit', listener)
    io.exit(exitCodes.refused)
  }
  io.on('exit', listener)
  try {
    return await load()
  } finally {
    io.off('exit', listener)
  }
}
