/**
 * How much memory this process has, in bytes.
 *
 * @returns undefined where that cannot be known now: Linux tells it by a file, and a process may be able to open none
 */
export function residentBytes(): number | undefined {
  try {
    return process.memoryUsage.rss()
  } catch {
    return undefined
  }
}
