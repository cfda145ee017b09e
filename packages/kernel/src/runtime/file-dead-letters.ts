import { MillraceError } from '@millrace/contracts'
import { droppedLine } from '../dead-letters/letter-line.js'
import { type LineFile, openLineFile } from '../dead-letters/line-file.js'
import type { DeadLetters } from './dead-letters.js'
import { type LetterParts, newLetter } from './new-letter.js'

/**
 * Opens a file that gets one line for each dead letter. Each line is on its way to the disk before the next message is handled:
 * dead letters are rare and must not be lost. `millrace dead-letters` may replace the file meanwhile.
 *
 * @throws MillraceError BOOT_START_FAILED when the file cannot be opened
 */
export function openFileDeadLetters(path: string, parts: LetterParts): DeadLetters {
  const file = openForAppend(path)
  return {
    settled: undefined,
    write(node, error, message) {
      const { id, text, written } = newLetter(node, error, message, parts)
      file.append(text)
      written()
      return { id, kept: undefined }
    },
    drop: (id) => file.append(droppedLine(id, parts.now())),
    close: () => file.close(),
  }
}

function openForAppend(path: string): LineFile {
  try {
    return openLineFile(path)
  } catch (thrown) {
    throw new MillraceError(
      'BOOT_START_FAILED',
      `the dead letter file ${path} cannot be opened for writing; check dead_letters.path`,
      {
        cause: thrown,
      },
    )
  }
}
