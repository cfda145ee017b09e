import type { RedisClient } from './open-redis.js'
import type { RedisSettings } from './redis-settings.js'
import { asUnavailable, redisUnavailable, silence } from './redis-trouble.js'

/**
 * Asks a server; one that does not answer within so many milliseconds is not waited for, and its connection is closed.
 *
 * @throws MillraceError BACKEND_UNAVAILABLE
 */
export async function askedWithin<T>(
  answerMs: number,
  settings: RedisSettings,
  client: RedisClient,
  question: (client: RedisClient) => Promise<T>,
): Promise<T> {
  let isLate = false
  const late = setTimeout(() => {
    isLate = true
    if (client.isOpen) client.destroy()
  }, answerMs)
  try {
    return await question(client)
  } catch (thrown) {
    throw isLate ? redisUnavailable(settings, silence(answerMs), thrown) : asUnavailable(settings, thrown)
  } finally {
    clearTimeout(late)
  }
}
