import type { SlotId, WorkerSettings, WorkerSnapshot } from '@millrace/contracts'
import { createRestartBudget, type RestartBudget } from './restart-budget.js'
import type { WorkerProcess } from './worker-process.js'

/** A place for a worker, over all processes that hold it one after the other. */
export interface Slot {
  readonly id: SlotId
  readonly settings: WorkerSettings
  readonly budget: RestartBudget
  /** That of the last process; 0 before the first. */
  incarnation: number
  /** The last process. */
  process: WorkerProcess | undefined
}

/** @param random from 0 to less than 1 */
export function createSlot(settings: WorkerSettings, random: () => number): Slot {
  const budget = createRestartBudget(settings.restart, random)
  return { id: settings.slot, settings, budget, incarnation: 0, process: undefined }
}

/** The slot as it is now. One that has never had a process is stopped. */
export function snapshotOf({ id, settings, incarnation, process }: Slot): WorkerSnapshot {
  return {
    slot: id,
    group: settings.group,
    phase: process?.phase ?? 'stopped',
    incarnation,
    pid: process?.pid,
    restarts: Math.max(0, incarnation - 1),
  }
}
