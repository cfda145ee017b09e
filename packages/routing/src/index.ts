export type { CacheSettings, CacheStats } from './outbound-cache.js'
export { createRoutingService, type RoutingOptions, type RoutingService, type RoutingTable } from './routing-service.js'
