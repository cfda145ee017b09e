/**
 * Waits for something, but not longer than a number of milliseconds.
 *
 * @param signal ends the wait before its time
 * @returns whether it came in time
 */
export async function within(ms: number, wait: Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted === true) return false
  let giveUp: () => void = () => undefined
  const late = new Promise<boolean>((resolve) => {
    giveUp = () => resolve(false)
  })
  const timer = setTimeout(giveUp, ms)
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([wait.then(() => true), late])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}
