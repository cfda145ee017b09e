import { type ConfigPath, type Finding, findingsError, type Redactor } from '@millrace/contracts'

/** What `runtime.platform.redis` of a configuration says, with its defaults filled in. */
export interface RedisSource {
  readonly url: string
  readonly url_env?: string
  readonly username?: string
  readonly password_env?: string
  readonly tls: boolean
  readonly key_prefix: string
}

/** Where the Redis of an application is, and under which names it keeps its keys there. */
export interface RedisSettings {
  /** `redis://host:port/database`, or `rediss://…` to speak TLS. It never holds a user or a password, so any text may show it. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** What all keys of the application begin with, between braces; without a brace of its own. */
  readonly keyPrefix: string
}

/**
 * Reads what a configuration says about Redis, and the environment variables that it names.
 *
 * @param env where the variables are, `process.env`
 * @param redactor is made to know the password: a handler may come upon it, and log it. Undefined where nobody logs
 * @throws MillraceError CONFIG_INVALID when a variable is not set or what is said cannot be used; no text holds what a
 * variable holds
 */
export function redisSettings(
  source: RedisSource,
  env: Readonly<Record<string, string | undefined>>,
  redactor: Pick<Redactor, 'protect'> | undefined,
): RedisSettings {
  const findings: Finding[] = []
  const find = (key: keyof RedisSource, message: string): undefined => void findings.push(finding(key, message))
  const variable = (key: 'url_env' | 'password_env'): string | undefined => {
    const name = source[key]
    if (name === undefined) return undefined
    return env[name] ?? find(key, 'names an environment variable that is not set; set it')
  }

  const from = source.url_env === undefined ? 'url' : 'url_env'
  const given = from === 'url' ? source.url : variable('url_env')
  const url = given === undefined ? undefined : parsed(given)
  if (given !== undefined && url === undefined)
    find(from, `${from === 'url' ? 'is' : 'names an environment variable that holds'} no ${form}`)
  if (/[{}]/u.test(source.key_prefix))
    find('key_prefix', 'must not hold a brace: all keys stand between braces, which keeps them on one server')
  const named = variable('password_env')
  if (url === undefined || findings.length > 0) throw findingsError('runtime.platform.redis', findings)

  const username = source.username ?? decodeURIComponent(url.username)
  const password = named ?? decodeURIComponent(url.password)
  if (password !== '') redactor?.protect(Buffer.from(password))
  return {
    url: `${source.tls ? 'rediss:' : url.protocol}//${url.host}${url.pathname}`,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    keyPrefix: source.key_prefix,
  }
}

const form = 'redis://host:port/database or rediss://host:port/database'

/** The URL, or undefined where it is none that leads to a Redis. */
function parsed(text: string): URL | undefined {
  try {
    const url = new URL(text)
    decodeURIComponent(url.username + url.password)
    const sound = /^rediss?:$/u.test(url.protocol) && url.hostname !== '' && /^(\/\d*)?$/u.test(url.pathname)
    return sound ? url : undefined
  } catch {
    return undefined
  }
}

function finding(key: keyof RedisSource, message: string): Finding {
  const path: ConfigPath = ['runtime', 'platform', 'redis', key]
  return { code: 'CONFIG_INVALID', path, message: `${path.join('.')} ${message}` }
}
