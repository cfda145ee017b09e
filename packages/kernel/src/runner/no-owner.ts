import type { RootOwner } from './root.js'

/** Owns a root that nobody in this worker has sent. */
export const noOwner: RootOwner = {
  reply: () => undefined,
  replied: () => undefined,
  failed: () => undefined,
  ended: () => undefined,
}
