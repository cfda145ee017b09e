import { createEventEmitter, type Delivery, type EventEmitter } from '@millrace/contracts'
import { type CacheSettings, type CacheStats, OutboundCache } from './outbound-cache.js'
import { refusalError } from './refusals.js'
import { RouteTable, type RoutingTable } from './route-table.js'

/** How a routing service is made. */
export interface RoutingOptions extends RoutingTable {
  /** Index of the group that this worker runs; without it every node is here. */
  readonly here?: number
  readonly cache?: CacheSettings
  /** The version of the table; later ones are greater. @default 1 */
  readonly version?: number
  /** Hears `route_cache.invalidated`. @default an emitter nobody listens to */
  readonly events?: EventEmitter
}

/** Tells where messages go. Outcomes are frozen and shared: two look-ups of the same may give the same list. */
export interface RoutingService {
  /**
   * Where a message goes: every consumer of its type except its emitter, in declaration order, or the one target that it names;
   * a reply type without a target may also end at the waiter of its root, which comes last.
   *
   * @param emitter index of the emitting node; -1 for a message from outside, which crosses to another group without edge and
   * hop: both are -1 then
   * @param type index of the message type
   * @param target name of the one node that shall get it
   * @throws MillraceError ROUTE_UNKNOWN_TARGET, ROUTE_TARGET_REFUSES_TYPE, ROUTE_NO_CONSUMER, ROUTE_SELF_LOOP
   * @throws RangeError for an index that the graph does not have
   */
  resolve(emitter: number, type: number, target?: string): readonly Delivery[]
  /**
   * Forgets every remembered outcome, the errors too: placement or consumers have a new version.
   *
   * @returns false, with nothing done, for a version that is not greater than the current one: old news
   */
  invalidate(version: number): boolean
  /**
   * Takes another table, whose routes count from now on, and forgets every remembered outcome.
   *
   * @returns false, with nothing done, for a version that is not greater than the current one: old news
   * @throws RangeError when graph, groups and hops do not fit together; the table at hand stays
   */
  update(table: RoutingTable, version: number): boolean
  /** What the cache has done, and the version of the table. */
  stats(): CacheStats & { readonly version: number }
}

/**
 * Makes a routing service.
 *
 * @throws RangeError when graph, groups and hops do not fit together, or the cache shall hold less than one entry
 */
export function createRoutingService(options: RoutingOptions): RoutingService {
  const { here, events = createEventEmitter() } = options
  const cache = new OutboundCache(options.cache)
  let table = new RouteTable(options, here)
  let version = options.version ?? 1

  function invalidate(next: number): boolean {
    if (next <= version) return false
    version = next
    events.emit('route_cache.invalidated', { version, entries: cache.clear() })
    return true
  }

  return {
    resolve(emitter, type, target) {
      const way = table.keyOf(emitter, type)
      const key = target === undefined ? way : `${way} ${target}`
      const route = cache.get(key, () => table.route({ emitter, type, target }))
      if (route.kind === 'refused') throw refusalError(route.refusal)
      return route.deliveries
    },
    invalidate,
    update(next, nextVersion) {
      if (nextVersion <= version) return false
      table = new RouteTable(next, here)
      return invalidate(nextVersion)
    },
    stats: () => ({ ...cache.stats(), version }),
  }
}
