import { Type } from '@millrace/contracts'
import type { TSchema } from 'typebox'
import { environmentName, flag, optional, settings, text } from './fields.js'

/** Schema of `runtime.platform.redis`. */
export const redis: TSchema = settings(
  'Redis',
  'The Redis server, where the transport, the state store or the dead letters are redis.',
  {
    url: optional(
      Type.String({
        pattern: '^rediss?://[^/?#\\s]+(?:/\\d*)?$',
        patternErrorMessage: 'must be redis://host:port/database or rediss://host:port/database',
        description: 'Where the server is. A password never stands here; use password_env or url_env.',
      }),
      'redis://127.0.0.1:6379',
    ),
    url_env: optional(environmentName('The environment variable that holds the URL; use it instead of url.')),
    username: optional(text('The user to log in as.')),
    password_env: optional(environmentName('The environment variable that holds the password.')),
    tls: flag('True to speak TLS also where the URL begins with redis://.', false),
    key_prefix: optional(
      text('What all keys of the application begin with.', {
        pattern: '^[^{}]+$',
        patternErrorMessage:
          'must be text without braces: all keys stand between braces, which keeps them on one server',
      }),
      'millrace:, then scenario.name',
    ),
  },
)
