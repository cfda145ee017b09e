import { setTimeout as pause } from 'node:timers/promises'

/** Waits for something for a while, in milliseconds; how it ends does not matter. */
export async function settledWithin(ms: number, promised: Promise<unknown> | undefined): Promise<void> {
  const over = new AbortController()
  await Promise.race([promised, pause(ms, undefined, { signal: over.signal })]).catch(() => undefined)
  over.abort()
}
