import { MillraceError } from '@millrace/contracts'
import type { RuntimeParts } from './working.js'

/** Closes what was there before any work; a failure here must not hide the one that led here, and becomes an event. */
export async function closeParts({ container, transport, store, events }: RuntimeParts): Promise<void> {
  const closings = {
    services: () => container.close(),
    transport: () => transport.close(),
    store: () => store.close(),
  }
  for (const [service, close] of Object.entries(closings))
    try {
      await close()
    } catch (thrown) {
      events.emit('service.close_failed', { service, code: MillraceError.from(thrown, 'NODE_FAILED', service).code })
    }
}
