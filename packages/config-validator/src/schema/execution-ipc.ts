import { Type } from '@millrace/contracts'
import type { TSchema } from 'typebox'
import { count, environmentName, oneOf, optional, section, settings, text } from './fields.js'

const auth = settings('Auth', 'How frames between workers are signed.', {
  mode: oneOf(['hmac'], 'The kind of signature.', { default: 'hmac' }),
  ttl_seconds: count('How old a frame may be, in seconds; at most an hour.', { maximum: 3600, default: 30 }),
  nonce_cache_size: count('How many nonces a worker remembers; a full cache refuses rather than forgets.', {
    default: 100_000,
  }),
  secret_mode: oneOf(
    ['static', 'generated'],
    'Where the secret comes from: made anew for each run, or given by secret_env or secret_file.',
    { default: 'generated' },
  ),
  kdf: oneOf(['none', 'hkdf_sha256'], 'How the master key is made of the secret; none takes the bytes themselves.', {
    default: 'hkdf_sha256',
  }),
  secret_env: optional(
    environmentName('The environment variable that holds a static secret: at least 32 bytes of UTF-8.'),
  ),
  secret_file: optional(
    text('The file that holds a static secret: at least 32 bytes, every byte counts, readable by its owner alone.'),
  ),
})

/** Schema of `runtime.platform.execution_ipc`. */
export const executionIpc: TSchema = section(
  'Execution IPC',
  'How worker processes talk to each other. Without it everything runs in one process, in memory.',
  {
    transport: oneOf(['tcp_local', 'zeromq_local', 'redis'], 'What carries messages between workers.', {
      default: 'tcp_local',
    }),
    bind_host: oneOf(['127.0.0.1'], 'The address that workers listen on; only loopback.', { default: '127.0.0.1' }),
    bind_port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description:
        'The port that a worker listens on; 0 takes a free one, and is needed where there are several workers.',
      default: 0,
    }),
    max_payload_bytes: count('The largest frame, and the largest envelope in memory too, in bytes.', {
      // What a frame can say of its length.
      maximum: 4_294_967_295,
      default: 1_048_576,
    }),
    auth,
  },
)
