import type { MillraceEvent } from '@millrace/contracts'

/** Which of the processes that were spawned still exist. */
export function survivors(events: readonly MillraceEvent[]): readonly number[] {
  const pids = events.filter(({ name }) => name === 'worker.starting').map(({ facts }) => Number(facts.pid))
  return pids.filter(exists)
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
