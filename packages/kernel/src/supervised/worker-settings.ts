import { type MillraceConfig, restartOfGroup } from '@millrace/config-validator'
import type { Plan, WorkerSettings } from '@millrace/contracts'

/**
 * What the configuration says of each worker, in the order in which they start.
 *
 * @param whyNotReplaced why the workers of a group cannot be replaced while they work; undefined where they can
 */
export function workerSettings(
  plan: Plan,
  config: MillraceConfig,
  whyNotReplaced: (group: string) => string | undefined,
): readonly WorkerSettings[] {
  const configured = new Map(config.runtime.platform.process_groups.map((group) => [group.name, group]))
  return plan.groups.flatMap(({ name, slots }, index) => {
    const group = configured.get(name)
    if (group === undefined) throw new RangeError(`the configuration has no group ${name}`)
    const { restart } = group
    return slots.map((slot) => ({
      slot,
      group: name,
      startTimeoutMs: group.start_timeout_seconds * 1000,
      stopTimeoutMs: group.stop_timeout_seconds * 1000,
      heartbeatMs: group.heartbeat_seconds * 1000,
      stallTimeoutMs: group.stall_timeout_seconds * 1000,
      maxMemoryMb: group.max_memory_mb,
      whyNotReplaced: whyNotReplaced(name),
      restart: {
        policy: restartOfGroup(plan, index, restart.policy, config.runtime.platform.kv.backend),
        maxRestarts: restart.max_restarts,
        periodMs: restart.period_seconds * 1000,
        backoffMs: restart.backoff_ms,
        backoffMaxMs: restart.backoff_max_ms,
      },
    }))
  })
}
