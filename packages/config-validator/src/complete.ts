import type { InterfaceConfig, MillraceConfig, RedisConfig } from './config.js'

/**
 * Fills in the defaults that follow from other keys, and freezes the whole: what a worker reads, no handler can change.
 *
 * @param config as the schema and the rules have accepted it, with the defaults of the schema
 */
export function complete(config: MillraceConfig): MillraceConfig {
  const { runtime } = config
  const { platform, web } = runtime
  return frozen({
    ...config,
    runtime: {
      ...runtime,
      platform: {
        ...platform,
        process_groups: platform.process_groups.map((group) => ({
          ...group,
          partitions: group.partitions ?? group.workers,
        })),
        redis: completeRedis(platform.redis, config.scenario.name),
      },
      web: { ...web, interfaces: web.interfaces.map(named) },
    },
    nodes: dictionary(config.nodes),
    adapters: dictionary(config.adapters),
  })
}

// The types speak of the completed form; in what the schema lets through, these keys may be missing.

function completeRedis(redis: RedisConfig, scenario: string): RedisConfig {
  return {
    ...redis,
    url: redis.url ?? 'redis://127.0.0.1:6379',
    key_prefix: redis.key_prefix ?? `millrace:${scenario}`,
  }
}

function named(entry: InterfaceConfig): InterfaceConfig {
  const verb = 'method' in entry ? entry.method : entry.kind
  return { ...entry, name: entry.name ?? `${verb} ${entry.path}` }
}

/** A record without a prototype: a node may be called `constructor`. */
export function dictionary<Value>(entries: Readonly<Record<string, Value>>): Record<string, Value> {
  const record: Record<string, Value> = Object.create(null)
  return Object.assign(record, entries)
}

/** Freezes a tree of plain data in place. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}
