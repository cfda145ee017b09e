import type { WorkerEndpoint } from '@millrace/contracts'
import { createDeferred, type Deferred } from './deferred.js'

/** What a worker is waited for on its way. */
export interface Milestones {
  /** Where it can be dialled. */
  readonly discovered: Deferred<WorkerEndpoint>
  readonly ready: Deferred<void>
  readonly running: Deferred<void>
  /** It has said whether it finished what it held, or never will. */
  readonly drainSettled: Deferred<void>
  /** None of those that were not reached will be. */
  miss(error: Error): void
}

/** Makes them, none of them reached. */
export function createMilestones(): Milestones {
  const discovered = createDeferred<WorkerEndpoint>()
  const ready = createDeferred<void>()
  const running = createDeferred<void>()
  const drainSettled = createDeferred<void>()
  return {
    discovered,
    ready,
    running,
    drainSettled,
    miss(error) {
      for (const { reject } of [discovered, ready, running]) reject(error)
      drainSettled.resolve()
    },
  }
}
