import type { MillraceConfig } from '@millrace/config-validator'
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
  const ipc = config.runtime.platform.execution_ipc
  if (ipc?.transport !== 'tcp_local' && ipc?.transport !== 'zeromq_local')
    throw new MillraceError('CONFIG_INVALID', `there is no carrier for the transport ${ipc?.transport ?? 'memory'} yet`)
  const options = {
    ...identity,
    bindHost: ipc.bind_host,
    bindPort: ipc.bind_port,
    maxPayloadBytes: ipc.max_payload_bytes,
    ttlMs: ipc.auth.ttl_seconds * 1000,
    nonceCacheSize: ipc.auth.nonce_cache_size,
    batchEvents: logsAll(config),
  }
  if (ipc.transport === 'zeromq_local') {
    const { createZeromqTransport } = await import('@millrace/transport-zeromq')
    return createZeromqTransport(options)
  }
  const { createTcpTransport } = await import('@millrace/transport-tcp-secure')
  return createTcpTransport(options)
}
