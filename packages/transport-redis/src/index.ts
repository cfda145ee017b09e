export { type OpenRedisOptions, openRedis, type RedisClient } from './connection/open-redis.js'
export { type RedisKeys, redisKeys } from './connection/redis-keys.js'
export { type RedisSettings, type RedisSource, redisSettings } from './connection/redis-settings.js'
export { type RedisTrouble, redisTrouble, redisUnavailable } from './connection/redis-trouble.js'
