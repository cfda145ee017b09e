import { join } from 'node:path'
import type { MillraceConfig } from '@millrace/config-validator'

/** What is laid over `dead_letters` and `runtime.platform` of a configuration. */
export interface Apart {
  readonly dead_letters?: { readonly backend: 'file'; readonly path: string }
  readonly platform?: { readonly redis: { readonly key_prefix: string } }
}

/**
 * Keeps a run that is only compared away from what the application itself keeps: its dead letters, and all that stands in Redis
 * under its key prefix. A run begins anew, and would remove what an interrupted one has left to be resumed.
 *
 * @param folder for the letters, which nobody reads
 */
export function apart({ dead_letters: letters, runtime: { platform } }: MillraceConfig, folder: string): Apart {
  const hasLetters = letters.path !== undefined || letters.backend === 'redis'
  const usesRedis = platform.kv.backend === 'redis' || platform.execution_ipc?.transport === 'redis'
  return {
    ...(hasLetters && { dead_letters: { backend: 'file', path: join(folder, 'dead-letters.ndjson') } }),
    ...(usesRedis && { platform: { redis: { key_prefix: `${platform.redis.key_prefix}:parity` } } }),
  }
}
