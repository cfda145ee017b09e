import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

const pageBytes = 4096
/** Of the kernel's clock, whatever it really ticks at (proc(5)). */
const ticksPerSecond = 100

/** A process as the kernel sees it. */
export interface ProcessStat {
  /** When it was started, in ticks since boot: with the pid it names one process, as pids are used again. */
  readonly startedAt: number
  readonly ageMs: number
  readonly residentBytes: number
}

/** @returns undefined for a process that is gone */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything; the fields after it are numbered from 3.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const startedAt = Number(fields[22 - 3])
    const residentBytes = Number(fields[24 - 3]) * pageBytes
    if (!(residentBytes > 0)) return undefined
    return { startedAt, ageMs: 1000 * (uptime() - startedAt / ticksPerSecond), residentBytes }
  } catch {
    return undefined
  }
}
