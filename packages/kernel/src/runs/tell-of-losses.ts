import type { EventEmitter } from '@millrace/contracts'
import type { RedisSettings } from '@millrace/transport-redis'

/** Says once, where it is so, that Redis may lose what it has confirmed. */
export async function tellOfLosses(
  { durabilityLine, inspectServer, openRedis }: typeof import('@millrace/transport-redis'),
  settings: RedisSettings,
  { events, signal }: { readonly events: EventEmitter; readonly signal?: AbortSignal },
): Promise<void> {
  const client = await openRedis(settings, { ...(signal && { signal }) })
  try {
    const reason = durabilityLine(settings.url, await inspectServer(client))
    if (reason !== undefined) events.emit('backend.may_lose', { backend: 'redis', reason })
  } finally {
    client.destroy()
  }
}
