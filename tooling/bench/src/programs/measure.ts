import { readFileSync } from 'node:fs'
import type { Measurement } from '../harness/child.js'

/** A measurement that has begun. */
export interface Watch {
  /** @param units how many units of work have been done since the start */
  stop(units: number): Measurement
}

/** Begins to measure this process. */
export function startWatch(): Watch {
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  return {
    stop(units) {
      const wallMs = performance.now() - startMs
      const { user, system } = process.cpuUsage(cpu)
      return { units, wallMs, cpuMs: (user + system) / 1000, peakBytes: peakBytes() }
    },
  }
}

/** What the parent has told this program to do. */
export function taskOf<Task>(): Task {
  return JSON.parse(process.argv[2] ?? '{}') as Task // the parent is our own
}

/** Tells the parent. */
export function report(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

/** Linux counts the most memory of a process from the moment its parent forked it; the status file counts its own only. */
function peakBytes(): number {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    if (peak !== null) return Number(peak[1]) * 1024
  } catch {
    // Not a Linux.
  }
  return process.resourceUsage().maxRSS * 1024
}
