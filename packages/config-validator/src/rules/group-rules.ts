import type { ProcessGroupConfig } from '../config.js'
import { items, numberIn, textIn } from '../draft.js'
import type { Mistake } from '../finding.js'
import type { Path } from '../path.js'
import { quote } from '../quote.js'
import type { Rule } from '../rule.js'

const groups: Path = ['runtime', 'platform', 'process_groups']

const namesAreUnique: Rule = function* (config): Iterable<Mistake> {
  const seen = new Set<unknown>()
  for (const [index, { name }] of items<ProcessGroupConfig>(config.runtime?.platform?.process_groups).entries()) {
    if (textIn(name) === undefined) continue
    if (seen.has(name))
      yield { path: [...groups, index, 'name'], message: `is taken by another group (got ${quote(String(name))})` }
    seen.add(name)
  }
}

const severalWorkersNeedFreePorts: Rule = function* (config): Iterable<Mistake> {
  const platform = config.runtime?.platform
  const port = numberIn(platform?.execution_ipc?.bind_port)
  const workers = items<ProcessGroupConfig>(platform?.process_groups).map((group) => numberIn(group.workers) ?? 0)
  const total = workers.reduce((sum, count) => sum + count, 0)
  if (port === undefined || port === 0 || total < 2) return
  yield {
    path: ['runtime', 'platform', 'execution_ipc', 'bind_port'],
    message: `must be 0 where there are several workers: ${total} cannot listen on one port (got ${port})`,
  }
}

const partitionsNeedField: Rule = function* (config): Iterable<Mistake> {
  for (const [index, group] of items<ProcessGroupConfig>(config.runtime?.platform?.process_groups).entries()) {
    const partitions = numberIn(group.partitions)
    const workers = numberIn(group.workers)
    if (partitions === undefined) continue
    const path = [...groups, index, 'partitions']
    if (group.partition_by === undefined)
      yield { path, message: 'needs partition_by, the payload field whose values are spread over them', atKey: true }
    else if (workers !== undefined && partitions < workers)
      yield {
        path,
        message: `must be at least as many as workers, or a worker has none (got ${partitions}, and ${workers} workers)`,
      }
  }
}

const stallOutlastsHeartbeat: Rule = function* (config): Iterable<Mistake> {
  for (const [index, group] of items<ProcessGroupConfig>(config.runtime?.platform?.process_groups).entries()) {
    const stall = numberIn(group.stall_timeout_seconds)
    const heartbeat = numberIn(group.heartbeat_seconds)
    if (stall === undefined || heartbeat === undefined || stall > heartbeat) continue
    yield {
      path: [...groups, index, 'stall_timeout_seconds'],
      message: `must be longer than heartbeat_seconds, or every worker is taken for stalled (got ${stall}, and a heartbeat every ${heartbeat})`,
    }
  }
}

const backoffIsARange: Rule = function* (config): Iterable<Mistake> {
  for (const [index, { restart }] of items<ProcessGroupConfig>(config.runtime?.platform?.process_groups).entries()) {
    const first = numberIn(restart?.backoff_ms)
    const longest = numberIn(restart?.backoff_max_ms)
    if (first === undefined || longest === undefined || first <= longest) continue
    yield {
      path: [...groups, index, 'restart', 'backoff_max_ms'],
      message: `must not be below backoff_ms (got ${longest}, and backoff_ms ${first})`,
    }
  }
}

/** Rules about process groups. */
export const groupRules: readonly Rule[] = [
  namesAreUnique,
  severalWorkersNeedFreePorts,
  partitionsNeedField,
  stallOutlastsHeartbeat,
  backoffIsARange,
]
