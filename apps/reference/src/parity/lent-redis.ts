import { randomBytes } from 'node:crypto'
import { MillraceError } from '@millrace/contracts'
import { startOwnRedis } from './own-redis.js'

/** The variables that `profile.redis.yml` names. */
const variables = { url: 'MILLRACE_REFERENCE_REDIS', secret: 'MILLRACE_REFERENCE_SECRET' } as const

/** A Redis that runs can be carried over. */
export interface LentRedis {
  /** Makes a runtime that finds the server and the secret in the environment, as the configuration says; nothing else sees them there. */
  lend<Made>(make: () => Promise<Made>): Promise<Made>
}

/**
 * Uses the Redis that the environment names; or one that is started for this, if `redis-server` is installed.
 *
 * @param missing hears why there is none
 * @throws MillraceError BACKEND_UNAVAILABLE where CI is set and there is none
 */
export async function withRedis<Result>(
  missing: (why: string) => void,
  use: (redis: LentRedis | undefined) => Promise<Result>,
): Promise<Result> {
  const url = process.env[variables.url]
  if (url !== undefined) return use(lent(url))
  const server = await startOwnRedis()
  if (server === undefined) {
    const why = `redis-server is not installed, and ${variables.url} is not set`
    if (process.env.CI !== undefined) throw new MillraceError('BACKEND_UNAVAILABLE', `there is no Redis: ${why}`)
    missing(why)
    return use(undefined)
  }
  try {
    return await use(lent(server.url))
  } finally {
    await server.stop()
  }
}

/** Lends a Redis. @param url with the password, where it wants one */
export function lent(url: string): LentRedis {
  const secret = process.env[variables.secret] ?? randomBytes(32).toString('hex')
  return {
    async lend(make) {
      const before = Object.values(variables).map((name) => [name, process.env[name]] as const)
      Object.assign(process.env, { [variables.url]: url, [variables.secret]: secret })
      try {
        return await make()
      } finally {
        for (const [name, value] of before)
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
      }
    },
  }
}
