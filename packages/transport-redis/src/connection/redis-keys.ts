/**
 * The names of an application's keys. All of them have the prefix as their one hash tag, so that an application lives on one
 * primary, and one script may touch any of its keys.
 */
export interface RedisKeys {
  /** What every key of the application begins with, the colon included. */
  readonly all: string
  /** The key with these parts after the prefix, put together with colons. */
  of(...parts: readonly string[]): string
}

/**
 * Names the keys of an application.
 *
 * @param keyPrefix as in the settings, without braces
 */
export function redisKeys(keyPrefix: string): RedisKeys {
  const all = `{${keyPrefix}}:`
  return { all, of: (...parts) => all + parts.join(':') }
}
