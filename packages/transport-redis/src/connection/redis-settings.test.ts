import { describe, expect, it } from '@jest/globals'
import { createRedactor, redacted } from '@millrace/contracts'
import { redisSettings } from './redis-settings.js'

const source = { url: 'redis://127.0.0.1:6379', tls: false, key_prefix: 'millrace:shop' }

describe('redisSettings', () => {
  it('takes what the configuration says', () => {
    const given = { ...source, url: 'redis://db.internal/2', username: 'shop', password_env: 'SECRET' }
    expect(redisSettings(given, { SECRET: 'hunter2hunter2' }, undefined)).toEqual({
      url: 'redis://db.internal/2',
      username: 'shop',
      password: 'hunter2hunter2',
      keyPrefix: 'millrace:shop',
    })
  })

  it('takes user and password out of a URL that the environment holds', () => {
    const { url: _, ...rest } = source
    const given = { ...rest, url: 'unused', url_env: 'REDIS_URL' }
    expect(redisSettings(given, { REDIS_URL: 'rediss://shop:hunter%402@db:6380/1' }, undefined)).toEqual({
      url: 'rediss://db:6380/1',
      username: 'shop',
      password: 'hunter@2',
      keyPrefix: 'millrace:shop',
    })
  })

  it.each([
    ['a variable', { ...source, password_env: 'SECRET' }],
    ['a URL', { ...source, url_env: 'REDIS_URL' }],
  ])('makes the redactor know a password that is in %s', (_where, given) => {
    const redactor = createRedactor()
    redisSettings(given, { SECRET: 'hunter@2', REDIS_URL: 'redis://shop:hunter%402@db' }, redactor)
    expect(redactor.text('it is hunter@2')).toBe(`it is ${redacted}`)
  })

  it('speaks TLS where the configuration asks for it', () => {
    expect(redisSettings({ ...source, tls: true }, {}, undefined).url).toBe('rediss://127.0.0.1:6379')
  })

  it.each([
    [
      { url_env: 'REDIS_URL' },
      'CONFIG_INVALID: runtime.platform.redis.url_env names an environment variable that is not set; set it',
    ],
    [
      { password_env: 'SECRET' },
      'CONFIG_INVALID: runtime.platform.redis.password_env names an environment variable that is not set; set it',
    ],
    [
      { url_env: 'BROKEN' },
      'CONFIG_INVALID: runtime.platform.redis.url_env names an environment variable that holds no redis://host:port/database or rediss://host:port/database',
    ],
    [
      { url: 'redis://db/shop' },
      'CONFIG_INVALID: runtime.platform.redis.url is no redis://host:port/database or rediss://host:port/database',
    ],
    [
      { key_prefix: 'a}b' },
      'CONFIG_INVALID: runtime.platform.redis.key_prefix must not hold a brace: all keys stand between braces, which keeps them on one server',
    ],
    [
      { url_env: 'REDIS_URL', password_env: 'SECRET' },
      `CONFIG_INVALID: runtime.platform.redis has 2 problems
  CONFIG_INVALID: runtime.platform.redis.url_env names an environment variable that is not set; set it
  CONFIG_INVALID: runtime.platform.redis.password_env names an environment variable that is not set; set it`,
    ],
  ])('refuses %j', (part, message) => {
    const refused = (): unknown =>
      redisSettings({ ...source, ...part }, { BROKEN: 'http://shop:hunter2@db' }, undefined)
    expect(refused).toThrow(new Error(message))
  })
})
