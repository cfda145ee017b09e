import { compactLetters } from './compact-letters.js'
import { droppedLine } from './letter-line.js'
import { openLineFile } from './line-file.js'

/** What has become of letters that were dropped. */
export interface DropEnd {
  /** Why they are still in the file, marked as dropped; undefined where they are not. */
  readonly kept: string | undefined
}

/** Drops letters while others may be written: marks them first, then takes them out of the file. */
export function dropDeadLetters(path: string, ids: readonly string[], now: number): DropEnd {
  if (ids.length === 0) return { kept: undefined }
  const file = openLineFile(path)
  try {
    for (const id of ids) file.append(droppedLine(id, now))
  } finally {
    file.close()
  }
  return { kept: compactLetters(path) }
}
