import { peerOptions } from '@millrace/link-tests'
import { createRedisTransport, type RedisTransport, type RedisTransportOptions } from '../src/index.js'

/** A transport that is a peer of every other that is made like this and reaches the same Redis. */
export function openTransport(url: string, options: Partial<RedisTransportOptions> = {}): RedisTransport {
  return createRedisTransport({ ...peerOptions(options), redis: { url, keyPrefix: 'tests' }, ...options })
}
