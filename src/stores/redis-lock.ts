import { LockTimeoutError } from '../errors/lock-timeout-error'
import { abortReason } from '../platform/abortable'
import { bounded } from '../platform/bounded'
import { type Clock, systemClock } from '../platform/clock'
import { limitWait } from './limit-wait'
import { localLock } from './local-lock'
import type { HoldOptions, Lock } from './lock'
import type { RedisConnection } from './redis-client'

/**
 * A lock for everyone who shares a Redis: a key that expires unless its holder renews it. Nobody can see whether a holder that fell
 * silent is dead or stopped; its lease runs out, and `lost` aborts when it comes back. Where Redis fails it rejects at once with
 * `LockTimeoutError` and the `cause`: nobody goes on without it.
 * @param lease how long it lasts without being renewed, in milliseconds.
 * @param clock bounds the wait and times the renewals. Default: the system's.
 */
export function redisLock(redis: RedisConnection, prefix: string, lease: number, clock: Clock = systemClock): Lock {
  const local = localLock(clock)
  return {
    hold(name, task, options) {
      const deadline = clock.now() + options.waitTimeout
      // Of this process and object one at a time asks Redis, first come, first served.
      return local.hold(
        name,
        async () => {
          // One wait in two parts; a wall clock that was set back must not prolong it.
          const waitTimeout = Math.min(options.waitTimeout, deadline - clock.now())
          const held = await acquire({ redis, key: prefix + name, lease, clock }, { signal: options.signal, waitTimeout })
          const lost = keep(held)
          try {
            return await task(lost.signal)
          } finally {
            lost.stop()
            await bounded(release(held), lease, clock, () => 0).catch(() => {}) // Else the lease ends it.
          }
        },
        options,
      )
    },
  }
}

interface Place {
  readonly redis: RedisConnection
  readonly key: string
  readonly lease: number
  readonly clock: Clock
}

interface Held extends Place {
  /** An id of this hold alone: a holder that comes back late must not renew or free the next one's lock. */
  readonly owner: string
  /** When we asked, in milliseconds since the epoch. Redis counts the lease from later on: until `since + lease` it is ours. */
  readonly since: number
}

async function acquire(place: Place, options: HoldOptions): Promise<Held> {
  const { redis, key, lease, clock } = place
  const owner = globalThis.crypto.randomUUID()
  const waiting = new AbortController()
  const { signal } = waiting
  let stop = (): void => {}
  const gaveUp = new Promise<never>((_, reject) => {
    stop = limitWait(options, clock, (reason) => {
      waiting.abort(reason)
      reject(reason)
    })
  })
  const ask = async (): Promise<Held> => {
    for (let pause = shortest; ; pause = Math.min(pause * 1.5, longest)) {
      const since = clock.now()
      const isOurs = isYes(await redis.run(takeIt, key, owner, String(lease)))
      if (signal.aborted) throw abortReason(signal)
      // If the answer took long, the lease may be over by now: asking again renews it, or says that it is another one's.
      if (isOurs && clock.now() - since < lease / 2) return { ...place, owner, since }
      if (!isOurs) await clock.sleep(pause * (0.5 + clock.random()), signal)
    }
  }
  try {
    const asking = ask()
    // After a failure it may be ours all the same: the answer was lost, or came too late.
    asking.catch(() => release({ redis, key, owner })).catch(() => {})
    return await Promise.race([gaveUp, asking])
  } catch (cause) {
    throw signal.aborted ? abortReason(signal) : new LockTimeoutError({ cause })
  } finally {
    stop()
  }
}

/** Renews the lease three times while it lasts. `signal` aborts when it has run out, or the lock is another one's. */
function keep({ redis, key, owner, lease, clock, since }: Held): { readonly signal: AbortSignal; stop(): void } {
  const lost = new AbortController()
  const done = new AbortController()
  let renewedAt = since
  const left = (): number => renewedAt + lease - clock.now()
  const lose = (): void => {
    if (!done.signal.aborted) lost.abort(new Error('The lease of the lock ran out'))
  }
  const run = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(Math.min(lease / 3, left()), done.signal)
      const asked = clock.now()
      if (left() <= 0) return
      // Redis out of reach is no answer: the lease may still be ours until it runs out.
      const answer = await bounded(redis.run(renewIt, key, owner, String(lease)).then(isYes), left(), clock, () => 0).catch(() => undefined)
      if (answer === false) return
      if (answer) renewedAt = asked
    }
  }
  run().then(lose, () => {})
  // Timers stand still while a machine sleeps, and fire late when it wakes: so whoever looks at `aborted` is told by the clock.
  const { signal } = lost
  Object.defineProperty(signal, 'aborted', {
    get() {
      if (left() <= 0) lose()
      return Reflect.get(AbortSignal.prototype, 'aborted', signal)
    },
  })
  return { signal, stop: () => done.abort(0) }
}

function release({ redis, key, owner }: Pick<Held, 'redis' | 'key' | 'owner'>): Promise<unknown> {
  return redis.run(freeIt, key, owner)
}

/** A client may be set to give numbers as strings. */
function isYes(answer: unknown): boolean {
  return Number(answer) === 1
}

/** Between two attempts, in milliseconds. */
const shortest = 10
const longest = 100

// An answer may get lost and the command be sent again by the client library: each script says the same the second time.
const takeIt = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`
const renewIt = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`
const freeIt = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`
