export { type RedisStoreOptions, redisStore } from './stores/redis'
export type { IoredisClient, NodeRedisClient } from './stores/redis-client'
export type { EncryptionKey } from './stores/sealed-record'
