export { createRedisTransport, type RedisTransport, type RedisTransportOptions } from './carrier/redis-transport.js'
export { type OpenRedisOptions, openRedis, type RedisClient } from './connection/open-redis.js'
export { type RedisKeys, redisKeys } from './connection/redis-keys.js'
export { type RedisSettings, type RedisSource, redisSettings } from './connection/redis-settings.js'
export { type RedisTrouble, redisTrouble, redisUnavailable } from './connection/redis-trouble.js'
export {
  type LetterEntry,
  type OpenRedisLettersOptions,
  openRedisLetters,
  type RedisLetters,
} from './letters/open-redis-letters.js'
export {
  createRedisLetterWriter,
  type LetterToKeep,
  type RedisLetterWriter,
  type RedisLetterWriterOptions,
} from './letters/redis-letter-writer.js'
export { type ForgetOptions, forgetApplication } from './state/forget-application.js'
export { durabilityLine, inspectServer, type RedisServerFacts } from './state/inspect-server.js'
export { createRedisStore, type RedisStoreOptions } from './state/redis-store.js'
