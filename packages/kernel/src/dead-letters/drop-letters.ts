import { MillraceError } from '@millrace/contracts'
import { compactLetters } from './compact-letters.js'
import { droppedLine } from './letter-line.js'
import { openLineFile } from './line-file.js'
import { systemCode } from './system-code.js'

/** What has become of letters that were dropped. */
export interface DropEnd {
  /** Why they are still in the file, marked as dropped; undefined where they are not. */
  readonly kept: string | undefined
}

/**
 * Drops letters while others may be written: marks them first, then takes them out of the file.
 *
 * @throws MillraceError BACKEND_UNAVAILABLE when the file cannot be written; some of them may be dropped then
 */
export function dropDeadLetters(path: string, ids: readonly string[], now: number): DropEnd {
  if (ids.length === 0) return { kept: undefined }
  mark(path, ids, now)
  return { kept: compactLetters(path) }
}

function mark(path: string, ids: readonly string[], now: number): void {
  try {
    const file = openLineFile(path)
    try {
      for (const id of ids) file.append(droppedLine(id, now))
    } finally {
      file.close()
    }
  } catch (cause) {
    throw new MillraceError(
      'BACKEND_UNAVAILABLE',
      `the dead letter file ${path} cannot be written (${systemCode(cause) ?? 'unknown'}), so not all letters are dropped; check its disk and whether this user may write it, then drop again`,
      { cause },
    )
  }
}
