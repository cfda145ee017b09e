import type { MillraceConfig } from '@millrace/config-validator'
import type { Plan, WorkerSettings } from '@millrace/contracts'

/** What the configuration says of each worker, in the order in which they start. */
export function workerSettings({ groups }: Plan, config: MillraceConfig): readonly WorkerSettings[] {
  const configured = new Map(config.runtime.platform.process_groups.map((group) => [group.name, group]))
  return groups.flatMap(({ name, slots }) => {
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
      restart: {
        policy: restart.policy,
        maxRestarts: restart.max_restarts,
        periodMs: restart.period_seconds * 1000,
        backoffMs: restart.backoff_ms,
        backoffMaxMs: restart.backoff_max_ms,
      },
    }))
  })
}
