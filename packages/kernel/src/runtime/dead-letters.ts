import { MillraceError } from '@millrace/contracts'
import { droppedLine } from '../dead-letters/letter-line.js'
import { type LineFile, openLineFile } from '../dead-letters/line-file.js'
import { randomHex } from '../runner/random-hex.js'
import type { FailedMessage } from '../runner/runner.js'
import { reasonOf } from './reason-of.js'
import { Retry } from './retry.js'

/** Where messages go whose node says `dead_letter`. */
export interface DeadLetters {
  /** @returns the id of the letter */
  write(node: string, error: MillraceError, message: FailedMessage): string
  /** The message of a letter was handled after all. */
  drop(id: string): void
  close(): void
}

/**
 * Opens a file that gets one JSON line for each dead letter: `{"id","at","node","code","reason","type","position","trace","payload"}`.
 * Each line is on its way to the disk before the next message is handled: dead letters are rare and must not be lost.
 * `millrace dead-letters` may replace the file meanwhile.
 *
 * @throws MillraceError BOOT_START_FAILED when the file cannot be opened
 */
export function openDeadLetters(path: string, now: () => number): DeadLetters {
  const file = openForAppend(path)
  return {
    write(node, error, { route, payload, root, position }) {
      const retry = root.owner instanceof Retry && root.owner.node === node ? root.owner : undefined
      const letter = {
        id: randomHex(8),
        at: new Date(now()).toISOString(),
        node,
        code: error.code,
        reason: reasonOf(error),
        type: route.messageType.name,
        position,
        trace: root.traceId,
        ...(retry && { retries: retry.retries + 1, replaces: retry.letter }),
        payload: payload instanceof Uint8Array ? { base64: Buffer.from(payload).toString('base64') } : payload,
      }
      file.append(JSON.stringify(letter))
      if (retry !== undefined) retry.successor = letter.id
      return letter.id
    },
    drop: (id) => file.append(droppedLine(id, now())),
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
