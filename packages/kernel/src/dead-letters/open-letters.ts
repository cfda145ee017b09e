import { resolve } from 'node:path'
import type { MillraceConfig } from '@millrace/config-validator'
import { fileLetters } from './file-letters.js'
import type { LetterStore } from './letter-store.js'
import { redisLetters } from './redis-letters.js'

/**
 * Opens the dead letters of an application, where its configuration keeps them; undefined where it keeps none.
 *
 * @param baseDir the folder that relative paths in the configuration start at
 * @param env where the variables are that the configuration names, `process.env`
 * @throws MillraceError CONFIG_INVALID, PACKAGE_MISSING, BACKEND_UNAVAILABLE
 */
export async function openLetters(
  { dead_letters, runtime }: Pick<MillraceConfig, 'dead_letters' | 'runtime'>,
  baseDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LetterStore | undefined> {
  if (dead_letters.backend === 'redis') return await redisLetters(runtime.platform.redis, env)
  return dead_letters.path === undefined ? undefined : fileLetters(resolve(baseDir, dead_letters.path))
}
