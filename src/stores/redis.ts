import { StorageError } from '../errors/storage-error'
import { type StoredSession, sameTokens } from '../tokens/token-set'
import { hints } from './hints'
import { decodeRecord, encodeRecord } from './record'
import { type IoredisClient, type NodeRedisClient, redisConnection } from './redis-client'
import { redisLock } from './redis-lock'
import { type EncryptionKey, sealWith } from './sealed-record'
import { storageFailed } from './storage-access'
import type { TokenStore } from './token-store'

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /**
   * Encrypts what is stored with AES-256-GCM, bound to its key in Redis: 32 bytes, or their base64. Of a list, the first key encrypts and
   * every key decrypts. To change keys, add the new one second, and move it to the front once every process of the fleet has it: one
   * without it could not read. What was stored without `encryptionKey` counts as corrupt.
   * @default none: the tokens are stored as they are
   */
  readonly encryptionKey?: EncryptionKey | readonly EncryptionKey[] | undefined
  /**
   * How long the refresh lock outlives a process that fell silent, in milliseconds; it is renewed three times while it lasts. Shorter:
   * others go on sooner after a crash. Longer: a process that was stopped or starved comes back in time. At least 100.
   * @default 5_000
   */
  readonly lease?: number | undefined
  /**
   * Whether clients hear of what others write. That takes one more connection for each store, open from its first client until the last
   * one's `dispose()`. Turn it off where a process has one store per user, and for a pool or a sentinel of node-redis: others' changes are
   * then seen at the next call. So is what a cluster's connection misses while it reconnects, and everything where Redis' ACL forbids the
   * channel `{key}:hint`.
   * @default true
   */
  readonly hints?: boolean | undefined
  /**
   * How long a session that nobody writes is kept, in milliseconds: at least as long as the server keeps a refresh token.
   * @default for ever
   */
  readonly timeToLive?: number | undefined
}

/**
 * Keeps the session in Redis, for every process of a fleet, by a client of node-redis or ioredis that you have connected; it stays
 * yours to close. Writes compare and swap in a script on the server; the refresh lock is a key with a lease.
 * Everything is stored under `{key}:…`, one slot of a cluster; with braces in `key` under `key::…`, and Redis' rules for hash tags choose
 * the slot.
 * @param key one session's name, such as `my-app:user:42`.
 * @throws {TypeError} for a mistake in the arguments. `read` and `write` reject with `StorageError`: Redis failed, or holds what this
 * package did not write (or seal), which is never overwritten. An outage is never a logout; an emptied Redis is one.
 */
export function redisStore(client: NodeRedisClient | IoredisClient, key: string, options: RedisStoreOptions = {}): TokenStore {
  const redis = redisConnection(client, options.hints !== false)
  if (typeof key !== 'string' || !key) throw new TypeError("`key` must name the session in Redis: such as 'my-app:user:42'")
  const lease = milliseconds('lease', options.lease ?? 5_000, shortestLease)
  const timeToLive = options.timeToLive == null ? 0 : milliseconds('timeToLive', options.timeToLive)
  const { encryptionKey } = options
  const seal = encryptionKey == null ? undefined : sealWith(isList(encryptionKey) ? encryptionKey : [encryptionKey])
  // The colon tells `{a}` from `a`: they may be the names of two users.
  const place = /\{[^}]+\}/.test(key) ? `${key}:` : `{${key}}`
  const [record, channel] = [`${place}:session`, `${place}:hint`]
  const writer = globalThis.crypto.randomUUID() // Tells our own messages from others'.
  const [subscribe, hint] = hints()
  let subscriptions = 0
  let hangUp = (): void => {}

  const use = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action()
    } catch (cause) {
      throw storageFailed(record, cause)
    }
  }
  /** What is there, as it stands there: '' for nothing. */
  const find = async (): Promise<{ readonly text: string; readonly session: StoredSession | null }> => {
    const found = await use(() => redis.run(readIt, record))
    if (found === null || found === undefined) return { text: '', session: null }
    const text = String(found)
    return { text, session: decodeRecord(seal ? await seal.open(text, record) : text, record) }
  }

  return {
    name: key,
    coordination: 'fleet',
    lock: redisLock(redis, `${place}:lock:`, lease),

    read: async () => (await find()).session,

    async write(next, expected) {
      const plain = next && encodeRecord(next)
      const text = plain === null ? '' : seal ? await seal.close(plain, record) : plain
      for (let swaps = 0; swaps < mostSwaps; swaps++) {
        const found = await find()
        if (!sameTokens(found.session, expected)) return false
        // Swapped for exactly the text that was compared.
        const isTaken = await use(() => redis.run(swapIt, record, found.text, text, String(timeToLive), channel, writer))
        if (Number(isTaken) === 1) {
          hint()
          return true
        }
      }
      throw new StorageError(`What is stored under ${record} keeps changing`)
    },

    ...(options.hints !== false && {
      subscribe(listener: () => void) {
        const unsubscribe = subscribe(listener)
        if (subscriptions++ === 0) hangUp = redis.listen(channel, (message) => message !== writer && hint())
        let stop = (): void => {
          stop = () => {}
          unsubscribe()
          if (--subscriptions === 0) hangUp()
        }
        return () => stop()
      },
    }),
  }
}

/** A swap is tried again where the same tokens were written anew meanwhile, with other fields or another seal; but not for ever. */
const mostSwaps = 16

const readIt = `return redis.call('GET', KEYS[1])`

// Says 1 the second time too, since the first answer may get lost. `pcall`: a write counts even if it can't be published.
const swapIt = `
local held = redis.call('GET', KEYS[1]) or ''
if held == ARGV[2] then
  if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
  return 1
end
if held ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[3] == '0' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
redis.pcall('PUBLISH', ARGV[4], ARGV[5])
return 1`

function isList(value: EncryptionKey | readonly EncryptionKey[]): value is readonly EncryptionKey[] {
  return Array.isArray(value)
}

/** In milliseconds: what is shorter (most likely it was meant in seconds) is lost before it can be renewed. */
const shortestLease = 100

function milliseconds(name: string, value: number, least = 1): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new TypeError(`\`${name}\` must be a whole number of milliseconds, such as 5_000${least > 1 ? `, and at least ${least}` : ''}`)
}
