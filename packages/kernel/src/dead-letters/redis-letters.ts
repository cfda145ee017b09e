import type { RedisConfig } from '@millrace/config-validator'
import { importRedis } from './import-redis.js'
import { type DeadLetter, readLetterLine } from './letter-line.js'
import type { LetterStore } from './letter-store.js'
import { inTheirOrder, type LetterSummary, summaryOf, type UnreadableLine } from './read-letters.js'

/**
 * Connects to the letters in the Redis of an application.
 *
 * @param env where the variables are that the configuration names, `process.env`
 * @throws MillraceError CONFIG_INVALID, PACKAGE_MISSING, BACKEND_UNAVAILABLE
 */
export async function redisLetters(
  redis: RedisConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LetterStore> {
  const { openRedisLetters, redisSettings } = await importRedis()
  const stream = await openRedisLetters(redisSettings(redis, env, undefined))

  async function letter(id: string): Promise<DeadLetter | undefined> {
    const text = await stream.text(id)
    return text === undefined ? undefined : letterIn(text)
  }

  return {
    place: stream.place,
    async book() {
      const letters: LetterSummary[] = []
      const unreadable: UnreadableLine[] = []
      for await (const { entry, id, text } of stream.entries()) {
        const found = text === undefined ? undefined : letterIn(text)
        if (found === undefined || found.id !== id) unreadable.push({ path: stream.place, line: entry, torn: false })
        else letters.push(summaryOf(found))
      }
      return { exists: true, letters: inTheirOrder(letters), unreadable }
    },
    letter,
    async *letters(ids) {
      for (const id of ids) {
        const found = await letter(id)
        if (found !== undefined) yield found
      }
    },
    async drop(ids) {
      await stream.drop(ids)
      return { kept: undefined }
    },
    close: async () => stream.close(),
  }
}

function letterIn(text: string): DeadLetter | undefined {
  const said = readLetterLine(Buffer.from(text))
  return said.kind === 'letter' ? said.letter : undefined
}
