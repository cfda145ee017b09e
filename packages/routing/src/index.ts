export type { CacheSettings, CacheStats } from './outbound-cache.js'
export type { RoutingTable } from './route-table.js'
export { createRoutingService, type RoutingOptions, type RoutingService } from './routing-service.js'
