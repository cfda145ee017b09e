import { importRedis } from '../dead-letters/import-redis.js'
import type { Preflight } from '../preflight/preflight.js'
import { tellOfLosses } from '../runs/tell-of-losses.js'
import type { DeadLetters, OpenDeadLettersParts } from './dead-letters.js'
import { newLetter } from './new-letter.js'

/**
 * Opens the dead letters in Redis. Nothing waits for it but the message itself: it is not done before Redis has confirmed its letter.
 *
 * @throws MillraceError CONFIG_INVALID, BACKEND_UNAVAILABLE
 */
export async function openRedisDeadLetters({
  preflight,
  slot,
  now,
  env,
  events,
}: OpenDeadLettersParts): Promise<DeadLetters | undefined> {
  if (!preflight.nodes.some((node) => node.kind === 'node' && node.onError === 'dead_letter')) return undefined
  const { dead_letters, runtime } = preflight.config
  const redisPackage = await importRedis()
  const settings = redisPackage.redisSettings(runtime.platform.redis, env, events.redactor)
  // A writer that is open must be closed, so nothing that may fail comes after it.
  if (tells(preflight, slot)) await tellOfLosses(redisPackage, settings, { events })
  const writer = await redisPackage.createRedisLetterWriter({
    settings,
    name: `millrace:${slot}:dead-letters`,
    maxLetters: dead_letters.max_letters,
    events,
  })
  return {
    write(node, error, message) {
      const { id, text, replaces, written } = newLetter(node, error, message, { now, events })
      const kept = writer.add({ id, text, replaces })
      written()
      return { id, kept }
    },
    drop: (id) => writer.drop(id),
    get settled() {
      return writer.settled
    },
    close: () => writer.close(),
  }
}

/** One process says for all whether Redis may lose something, and where state is in Redis too it has been said. */
function tells({ plan, config }: Preflight, slot: string): boolean {
  return config.runtime.platform.kv.backend !== 'redis' && plan.groups[0]?.slots[0] === slot
}
