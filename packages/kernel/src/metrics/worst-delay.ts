import { performance } from 'node:perf_hooks'
import { createLoopDelay } from '../control/loop-delay.js'

/** How far back it looks, in milliseconds: whoever says nothing of it has Prometheus ask once a minute. */
const windowMs = 60_000

/** Nobody asks any longer: measuring ends after this time, in milliseconds. */
const forgottenMs = 600_000

/**
 * Makes what tells how late the event loop of this process was at worst during the last minute, in milliseconds; where it was asked
 * longer ago, since then. Many ask, a worker itself each second, and all are to hear of the same delay.
 *
 * @param clock milliseconds that only grow
 */
export function createWorstDelay(clock: () => number = () => performance.now()): () => number {
  const delay = createLoopDelay(forgottenMs)
  let heard: readonly { readonly at: number; readonly ms: number }[] = []
  return () => {
    const now = clock()
    heard = [...heard.filter(({ at }) => at > now - windowMs), { at: now, ms: delay.take() }]
    return Math.max(...heard.map(({ ms }) => ms))
  }
}
