import type { WorkerSettings } from '@millrace/contracts'

/** Settings of a worker that nobody starts. */
export const bareWorker: WorkerSettings = {
  slot: 'a#1',
  group: 'a',
  startTimeoutMs: 1,
  stopTimeoutMs: 1,
  heartbeatMs: 1,
  stallTimeoutMs: 1,
  maxMemoryMb: undefined,
  whyNotReplaced: undefined,
  restart: { policy: 'never', maxRestarts: 0, periodMs: 1, backoffMs: 1, backoffMaxMs: 1 },
}
