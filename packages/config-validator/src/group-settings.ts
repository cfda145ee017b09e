import type { GroupSettings, Profile } from '@millrace/contracts'
import type { MillraceConfig } from './config.js'

/** How the slots of an application are connected: its transport, or memory where there is none. */
export function profileOf(config: MillraceConfig): Profile {
  return config.runtime.platform.execution_ipc?.transport ?? 'memory'
}

/** The process groups in the form that placement reads. */
export function groupSettings(config: MillraceConfig): readonly GroupSettings[] {
  return config.runtime.platform.process_groups.map((group) => ({
    name: group.name,
    nodes: group.nodes,
    stages: group.stages,
    tags: group.tags,
    runners: group.runners,
    workers: group.workers,
    partitionBy: group.partition_by,
    partitions: group.partitions,
    redeliver: group.redeliver,
    restartPolicy: group.restart.policy,
  }))
}
