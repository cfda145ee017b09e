import { exitCodes } from './exit-code.js'
import type { Io } from './io.js'

/**
 * Does what imports modules of the application. One of them may end the process meanwhile as if all were well; that is told, and
 * makes the exit code 2.
 */
export async function whileLoading<Result>(
  io: Pick<Io, 'stderr' | 'exitCode' | 'on' | 'off' | 'exit'>,
  load: () => Promise<Result>,
): Promise<Result> {
  const listener = (): void => {
    if (Number(io.exitCode ?? exitCodes.done) !== exitCodes.done) return
    io.stderr.write(
      'the process ended before the application was loaded, and nothing was started: a module that the configuration names called process.exit(); let it throw instead\n',
    )
    io.exit(exitCodes.refused)
  }
  io.on('exit', listener)
  try {
    return await load()
  } finally {
    io.off('exit', listener)
  }
}
