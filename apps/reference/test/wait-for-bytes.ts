import { statSync, watch } from 'node:fs'
import { dirname } from 'node:path'

const maxWaitMs = 60_000

/**
 * Waits until a file has at least so many bytes.
 *
 * @throws Error naming the file when it has not after a minute
 */
export function waitForBytes(path: string, bytes: number): Promise<void> {
  const hasGrown = () => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= bytes
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      watcher.close()
      clearTimeout(timer)
      settle()
    }
    const timer = setTimeout(() => end(() => reject(new Error(`${path} does not reach ${bytes} bytes`))), maxWaitMs)
    const watcher = watch(dirname(path), () => {
      if (hasGrown()) end(resolve)
    })
    if (hasGrown()) end(resolve)
  })
}
