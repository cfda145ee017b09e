import type { MillraceConfig, RedisConfig } from '@millrace/config-validator'
import { type EventEmitter, MillraceError, type SlotId, type Transport } from '@millrace/contracts'
import { logsAll } from '../telemetry/telemetry-settings.js'

/** What a transport between processes needs beside the configuration. */
export interface TransportIdentity {
  /** Names the run, 32 hex digits. */
  readonly run: string
  readonly planHash: string
  readonly incarnation: number
  /** The key that two slots share; undefined for a pair that has no link. */
  readonly keyOf: (local: SlotId, peer: SlotId) => Uint8Array | undefined
  readonly events: EventEmitter
}

/**
 * Makes the transport that a configuration names.
 *
 * @throws MillraceError PACKAGE_MISSING, CONFIG_INVALID
 */
export async function openTransport(config: MillraceConfig, identity: TransportIdentity): Promise<Transport> {
  const { execution_ipc: ipc, redis } = config.runtime.platform
  if (ipc === undefined) throw new MillraceError('CONFIG_INVALID', 'there is no carrier for the transport memory')
  const options = {
    ...identity,
    maxPayloadBytes: ipc.max_payload_bytes,
    ttlMs: ipc.auth.ttl_seconds * 1000,
    nonceCacheSize: ipc.auth.nonce_cache_size,
    batchEvents: logsAll(config),
  }
  if (ipc.transport === 'redis') return overRedis(redis, options)
  const local = { ...options, bindHost: ipc.bind_host, bindPort: ipc.bind_port }
  if (ipc.transport === 'zeromq_local') {
    const { createZeromqTransport } = await import('@millrace/transport-zeromq')
    return createZeromqTransport(local)
  }
  const { createTcpTransport } = await import('@millrace/transport-tcp-secure')
  return createTcpTransport(local)
}

async function overRedis(source: RedisConfig, options: TransportIdentity): Promise<Transport> {
  const { createRedisTransport, redisSettings } = await import('@millrace/transport-redis')
  const redis = redisSettings(source, process.env, options.events.redactor)
  return createRedisTransport({ ...options, redis })
}
