import { stat } from 'node:fs/promises'
import { type Logger, MillraceError } from '@millrace/contracts'
import { openDevice } from './device-output.js'
import { openPartFile } from './part-file.js'
import { createStandardOutput } from './standard-output.js'

/** Where pieces of whole lines go; each call waits for the one before. */
export interface Output {
  /** Writes all of a piece. @throws MillraceError SINK_FAILED, RESUME_MISMATCH */
  put(piece: Buffer): Promise<void>
  /** All has been put: makes it final. @throws MillraceError SINK_FAILED, RESUME_MISMATCH */
  finish(): Promise<void>
  /** Gives back what it holds, finished or not. */
  close(): Promise<void>
}

/** How an output is opened. */
export interface OutputOptions {
  /** A file, or `-` for standard output. */
  readonly path: string
  /** True to go on where an interrupted run has stopped. */
  readonly resume: boolean
  /** How many bytes of it are known to be right: what was written after them comes again. Undefined where that is not known. */
  readonly keptBytes: number | undefined
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * Opens what a path stands for: standard output, a device or pipe, or a file that gets its name when it is whole.
 *
 * @throws MillraceError SINK_FAILED, saying what to do, when it cannot be written
 */
export async function openOutput(options: OutputOptions): Promise<Output> {
  const { path, keptBytes } = options
  if (path !== '-' && !(await isSpecial(path))) return openPartFile(options)
  if (keptBytes !== undefined) throw cannotTakeBack(path)
  return path === '-' ? createStandardOutput(process.stdout) : openDevice(path)
}

function cannotTakeBack(path: string): MillraceError {
  const output = path === '-' ? 'standard output' : path
  return new MillraceError(
    'SINK_FAILED',
    `cannot go on with ${output}, because what was written there cannot be taken back. Name a file, or start anew`,
    { facts: { node: 'write' } },
  )
}

/** A pipe or a device. What cannot be looked at fails with its own message when it is opened. */
async function isSpecial(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined)
  return status !== undefined && !status.isFile() && !status.isDirectory()
}
