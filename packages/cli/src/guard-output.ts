import { exitCodes } from './exit-code.js'

/**
 * Keeps the process alive when an output breaks. A reader that goes away ends nothing (`millrace plan app.yml | head`); data
 * that could not be written for another reason, such as a full disk, is told and makes the exit code 1.
 */
export function guardOutput(target: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'on' | 'exitCode'>): void {
  target.stderr.on('error', () => undefined)
  target.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    target.stderr.write(`millrace: standard output cannot be written: ${error.message}\n`)
    target.on('exit', () => {
      if (target.exitCode === exitCodes.done || target.exitCode === undefined) target.exitCode = exitCodes.failed
    })
  })
}
