import type { SlotId, WorkerSettings, WorkerSnapshot } from '@millrace/contracts'
import type { MemoryWatch } from './memory-watch.js'
import { createRestartBudget, type RestartBudget } from './restart-budget.js'
import type { WorkerProcess } from './worker-process.js'

/** A place for a worker, over all processes that hold it one after the other. */
export interface Slot {
  readonly id: SlotId
  readonly settings: WorkerSettings
  readonly budget: RestartBudget
  readonly memory: MemoryWatch
  /** That of the last process; 0 before the first. */
  incarnation: number
  /** How many of its processes came in the place of one that had ended. */
  restarts: number
  /** The last process. */
  process: WorkerProcess | undefined
  /** A process that is about to take the slot, while the last one works. */
  next: WorkerProcess | undefined
}

/**
 * @param random from 0 to less than 1
 * @param memory what watches the memory of its processes
 */
export function createSlot(settings: WorkerSettings, random: () => number, memory: MemoryWatch): Slot {
  const budget = createRestartBudget(settings.restart, random)
  return {
    id: settings.slot,
    settings,
    budget,
    memory,
    incarnation: 0,
    restarts: 0,
    process: undefined,
    next: undefined,
  }
}

/** The slot as it is now. One that has never had a process is stopped. */
export function snapshotOf({ id, settings, restarts, process }: Slot): WorkerSnapshot {
  return {
    slot: id,
    group: settings.group,
    phase: process?.phase ?? 'stopped',
    incarnation: process?.incarnation ?? 0,
    pid: process?.pid,
    restarts,
  }
}
