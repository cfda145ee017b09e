import { redisKeys } from '../connection/redis-keys.js'

/** The names of what keeps the dead letters of an application. */
export interface LetterKeys {
  /** The stream of the letters, in the order in which Redis got them. */
  readonly stream: string
  /** The hash that knows, by the id of a letter, its entry in the stream. */
  readonly entries: string
  /** It is there for a while after a letter has gone; it expires. */
  gone(id: string): string
}

/**
 * Names what keeps dead letters.
 *
 * @param keyPrefix as in the settings
 */
export function letterKeys(keyPrefix: string): LetterKeys {
  const keys = redisKeys(keyPrefix)
  const stream = keys.of('dead-letters')
  return { stream, entries: `${stream}:entries`, gone: (id) => `${stream}:gone:${id}` }
}
