import { tsOf } from './frame-layout.js'
import { expired } from './refusals.js'

/** The times by which the age of a frame is judged. */
export interface AgeSettings {
  readonly ttlMs: number
  /** The clock of the session. */
  readonly now: () => number
}

/**
 * Refuses a frame that is too old or too new.
 *
 * Age ends when its socket was last known to be empty, not now: a frame that waited behind a blocked event loop was not
 * late. A frame may be newer than that moment, as it came afterwards, but not newer than now by more than the ttl.
 *
 * @throws MillraceError SEC_EXPIRED
 */
export function judgeAge(frame: Uint8Array, lastEmpty: number, { ttlMs, now }: AgeSettings): void {
  const ts = tsOf(frame)
  const age = Math.floor(lastEmpty) - ts
  if (age > ttlMs) throw expired(age, ttlMs)
  if (age >= -ttlMs) return
  const ahead = Math.floor(now()) - ts
  if (ahead < -ttlMs) throw expired(ahead, ttlMs)
}
