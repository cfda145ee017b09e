import { isMillraceError, MillraceError } from '@millrace/contracts'
import { ConnectionTimeoutError, ErrorReply } from '@redis/client'
import type { RedisSettings } from './redis-settings.js'

/** Why Redis did not do what it was asked for. */
export interface RedisTrouble {
  /** True where it may be over soon and trying again makes sense; false where somebody must do something first. */
  readonly passes: boolean
  /** What is wrong, in words that hold no password: 'nobody listens there (ECONNREFUSED)'. */
  readonly why: string
  /** What to do about it. */
  readonly remedy: string
}

/** Puts what a client of Redis has thrown into words. */
export function redisTrouble(thrown: unknown): RedisTrouble {
  if (thrown instanceof ErrorReply) return ofReply(thrown.message)
  return ofConnection(thrown)
}

const notAllowed = lasting(
  'the user may not do what is needed',
  'allow it all commands on the keys of the application (ACL SETUSER)',
)

/** By the first word of an answer, as Redis begins each error with one. */
const replies: Readonly<Record<string, RedisTrouble>> = {
  LOADING: passing('it is still loading its data'),
  BUSY: passing('it is busy with a script'),
  TRYAGAIN: passing('it is moving keys'),
  CLUSTERDOWN: passing('its cluster is down'),
  MASTERDOWN: passing('it is a replica that has lost its primary'),
  NOSCRIPT: passing('it has forgotten its scripts'),
  WRONGPASS: lasting('it refuses the user or the password', 'set the right one in the variable of password_env'),
  NOAUTH: lasting('it wants a password', 'name the variable that holds it in password_env'),
  NOPERM: notAllowed,
  OOM: lasting(
    'its memory is full: it holds as much as its maxmemory allows',
    'raise maxmemory, or remove what is not needed',
  ),
  READONLY: lasting('it is a replica, which takes no writes', 'name the primary in runtime.platform.redis.url'),
  NOREPLICAS: lasting(
    'it has fewer replicas than its min-replicas-to-write asks for',
    'start them, or lower min-replicas-to-write',
  ),
  MISCONF: lasting(
    'it cannot write to its disk, and so takes no writes',
    'look into its log and make room on its disk',
  ),
  MOVED: lasting(
    'it is a node of a Redis Cluster that does not hold the keys of the application',
    'name the node that holds them, or change runtime.platform.redis.key_prefix',
  ),
  WRONGTYPE: lasting(
    'one of the keys holds something else',
    'see whether another program uses the same runtime.platform.redis.key_prefix',
  ),
}

function ofReply(text: string): RedisTrouble {
  // Before version 7, an error inside of a script stands behind the place in the script.
  const word = /@user_script: ?\d+: -?([A-Z]+) /u.exec(text)?.[1] ?? text.split(' ', 1)[0] ?? ''
  const known = replies[word]
  if (known !== undefined) return known
  if (/user executing the script/u.test(text)) return notAllowed
  if (/without any password configured/u.test(text))
    return lasting('it wants no password, and was sent one', 'leave password_env out, or give the server a password')
  if (/max number of clients/u.test(text)) return passing('it has as many clients as its maxclients allows')
  if (/DB index/u.test(text))
    return lasting('it has no database of that number', 'take a lower number in runtime.platform.redis.url')
  // What it says more may hold parts of a command.
  return lasting(`it answered with an error (${word})`, 'look into its log')
}

/** By the code of a system error. */
const systemErrors: Readonly<Record<string, RedisTrouble>> = {
  ECONNREFUSED: passing('nobody listens there (ECONNREFUSED)'),
  ENOTFOUND: passing('no machine has that name (ENOTFOUND)'),
  EAI_AGAIN: passing('the name cannot be looked up now (EAI_AGAIN)'),
  ETIMEDOUT: passing('it does not answer (ETIMEDOUT)'),
  EHOSTUNREACH: passing('the machine cannot be reached (EHOSTUNREACH)'),
  ENETUNREACH: passing('its network cannot be reached (ENETUNREACH)'),
}

function ofConnection(thrown: unknown): RedisTrouble {
  const code = thrown instanceof ConnectionTimeoutError ? 'ETIMEDOUT' : codeOf(thrown)
  const known = systemErrors[code]
  if (known !== undefined) return known
  if (/^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_)/u.test(code))
    return lasting(
      `TLS failed (${code})`,
      'see whether the server speaks TLS, and name the certificate of who signed its own in NODE_EXTRA_CA_CERTS',
    )
  return code === '' ? connectionClosed : passing(`the connection failed (${code})`)
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return ''
  return typeof thrown.code === 'string' ? thrown.code : ''
}

function passing(why: string): RedisTrouble {
  return { passes: true, why, remedy: 'see whether it runs, and whether runtime.platform.redis leads there' }
}

/** Nothing more is known than that it is gone. */
export const connectionClosed: RedisTrouble = passing('the connection was closed')

/** It does not answer. */
export function silence(withinMs: number): RedisTrouble {
  return passing(`it has not answered within ${withinMs} ms`)
}

function lasting(why: string, remedy: string): RedisTrouble {
  return { passes: false, why, remedy }
}

/**
 * Makes the error for a Redis that cannot be used.
 *
 * @param thrown what the client has thrown, where it has; it never leaves the process
 */
export function redisUnavailable(
  { url }: RedisSettings,
  { why, remedy }: RedisTrouble,
  thrown?: unknown,
): MillraceError {
  return new MillraceError('BACKEND_UNAVAILABLE', `Redis at ${url} cannot be used, because ${why}; ${remedy}`, {
    facts: { backend: 'redis', url },
    cause: thrown,
  })
}

/** The same for whatever was thrown; an error of Millrace stays itself. */
export function asUnavailable(settings: RedisSettings, thrown: unknown): MillraceError {
  return isMillraceError(thrown) ? thrown : redisUnavailable(settings, redisTrouble(thrown), thrown)
}
