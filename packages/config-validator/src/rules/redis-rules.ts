import { textIn } from '../draft.js'
import type { Mistake } from '../finding.js'
import type { Path } from '../path.js'
import type { Rule } from '../rule.js'

const redis: Path = ['runtime', 'platform', 'redis']

const urlHoldsNoPassword: Rule = function* (config): Iterable<Mistake> {
  const url = textIn(config.runtime?.platform?.redis?.url)
  if (url === undefined || !url.includes('@')) return
  yield {
    path: [...redis, 'url'],
    message:
      'must not hold a user or a password: secrets never stand in a configuration; use username and password_env, or url_env',
  }
}

const oneUrl: Rule = function* (config): Iterable<Mistake> {
  const { url, url_env } = config.runtime?.platform?.redis ?? {}
  if (url === undefined || url_env === undefined) return
  yield { path: [...redis, 'url_env'], message: 'stands beside url; keep one of them', atKey: true }
}

/** Rules about the Redis server. */
export const redisRules: readonly Rule[] = [urlHoldsNoPassword, oneUrl]
