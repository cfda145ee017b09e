export { programTests } from './program-tests.js'
export { redisTests } from './redis-tests.js'
export { type RedisOptions, type RedisServer, startRedis } from './start-redis.js'
