import {
  createLinkCarrier,
  type LinkTransport,
  type LinkTransportOptions,
  linkTransportSettings,
  signedHandshakes,
} from '@millrace/wire/links'
import type { RedisSettings } from '../connection/redis-settings.js'
import { RedisStreams } from './redis-streams.js'

/** What a transport over Redis is made with. */
export interface RedisTransportOptions extends Omit<LinkTransportOptions, 'bindHost' | 'bindPort'> {
  readonly redis: RedisSettings
  /** How long Redis may be away before links are lost, in milliseconds. @default 30_000 */
  readonly retryMs?: number
}

/** A carrier between processes that reach one Redis. */
export type RedisTransport = LinkTransport<'redis'>

/**
 * Makes a carrier between worker processes, of one machine or several: streams of Redis, every batch signed. It connects when its
 * first slot is opened or dialled.
 *
 * @throws RangeError when a number is none that the option can have
 */
export function createRedisTransport(options: RedisTransportOptions): RedisTransport {
  const { redis, retryMs = 30_000, ...rest } = options
  if (!Number.isSafeInteger(retryMs) || retryMs <= 0)
    throw new RangeError(`retryMs of a transport must be a positive integer (got ${retryMs})`)
  const settings = linkTransportSettings('redis', rest)
  return createLinkCarrier({
    profile: 'redis',
    settings,
    handshakes: signedHandshakes({ ...settings, maxFrameBytes: settings.maxPayloadBytes }),
    streams: (parts) => new RedisStreams({ ...settings, redis, retryMs }, parts),
  })
}
