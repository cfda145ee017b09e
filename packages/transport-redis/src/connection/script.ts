import { createHash } from 'node:crypto'
import type { RedisClient } from './open-redis.js'

/** A script, and what EVALSHA calls it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

/** Makes a script of its text, which is hashed once. */
export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Makes scripts known to a server. */
export async function loadScripts(client: RedisClient, ...scripts: readonly Script[]): Promise<void> {
  await Promise.all(scripts.map(({ text }) => client.scriptLoad(text)))
}
