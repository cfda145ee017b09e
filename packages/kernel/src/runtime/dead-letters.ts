import { resolve } from 'node:path'
import type { EventEmitter, MillraceError } from '@millrace/contracts'
import type { Preflight } from '../preflight/preflight.js'
import type { FailedMessage } from '../runner/runner.js'
import { openFileDeadLetters } from './file-dead-letters.js'
import { openRedisDeadLetters } from './redis-dead-letters.js'

/** Where messages go whose node says `dead_letter`. */
export interface DeadLetters {
  /** @throws what keeps it from being written */
  write(node: string, error: MillraceError, message: FailedMessage): WrittenLetter
  /** The message of a letter was handled after all. A promise resolves when that is kept. @throws as `write` */
  drop(id: string): void | Promise<void>
  /** Resolves when what has been written is kept, or cannot be; undefined where nothing is on its way. */
  readonly settled: Promise<void> | undefined
  close(): void | Promise<void>
}

/** A letter that was written. */
export interface WrittenLetter {
  readonly id: string
  /** Resolves when it is kept, and rejects where it cannot be; undefined where it is kept already. */
  readonly kept: Promise<void> | undefined
}

/** What dead letters are opened with. */
export interface OpenDeadLettersParts {
  readonly preflight: Preflight
  /** Who writes: its slot. */
  readonly slot: string
  /** Wall time in milliseconds since the epoch. */
  readonly now: () => number
  /** The environment that the configuration names variables of. */
  readonly env: NodeJS.ProcessEnv
  readonly events: EventEmitter
}

/**
 * Opens the place for dead letters that the configuration names; undefined where there is none, or no node that needs it.
 *
 * @throws MillraceError BOOT_START_FAILED when the file cannot be opened, BACKEND_UNAVAILABLE when Redis cannot be used
 */
export async function openDeadLetters(parts: OpenDeadLettersParts): Promise<DeadLetters | undefined> {
  const { preflight } = parts
  const { backend, path } = preflight.config.dead_letters
  if (backend === 'redis') return await openRedisDeadLetters(parts)
  return path === undefined ? undefined : openFileDeadLetters(resolve(preflight.baseDir, path), parts)
}
