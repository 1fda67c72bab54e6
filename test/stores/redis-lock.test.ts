import { expect, it } from 'vitest'
import { systemClock } from '../../src/platform/clock'
import { type RedisConnection, redisConnection } from '../../src/stores/redis-client'
import { redisLock } from '../../src/stores/redis-lock'
import { quiet, type TestClock, testClock } from '../support/clock'
import { deferred } from '../support/deferred'

const lease = 600
const patient = { waitTimeout: 60_000 }

it('is not granted by an answer that took longer than the lease: whoever holds it now goes first', async () => {
  const clock = testClock()
  const redis = oneKey(clock)
  const inside: string[] = []
  const hold = (name: string, answersAfter: number, lasts: number): Promise<unknown> =>
    redisLock(redis.connection(answersAfter), '', lease, clock).hold(
      'refresh',
      async (lost) => {
        inside.push(`${name} in`)
        await clock.sleep(lasts)
        inside.push(`${name} ${lost.aborted ? 'lost' : 'out'}`)
      },
      patient,
    )

  const slow = hold('slow', 700, 10)
  await clock.advance(650)
  const other = hold('other', 0, 500)
  await clock.advance(100)
  redis.isSlow = false
  await clock.advance(5_000)
  await Promise.all([slow, other])

  expect(inside).toEqual(['other in', 'other out', 'slow in', 'slow out'])
})

it('is lost when its lease is over, also while a renewal hangs', async () => {
  const clock = testClock()
  const redis: RedisConnection = {
    run: (script) => (script.includes("'NX'") ? Promise.resolve(1) : new Promise(() => {})),
    listen: () => () => {},
  }
  let lost: AbortSignal | undefined
  redisLock(redis, '', lease, clock).hold(
    'refresh',
    (signal) => {
      lost = signal
      return new Promise(() => {})
    },
    patient,
  )
  await quiet()

  await clock.advance(lease - 1)
  expect(lost?.aborted).toBe(false)
  await clock.advance(1)

  expect(lost?.aborted).toBe(true)
})

it('counts as lost for whoever asks when the machine wakes, before any timer fires', async () => {
  let slept = 0
  const clock = { ...systemClock, now: () => Date.now() + slept, sleep: () => new Promise<never>(() => {}) }
  const redis: RedisConnection = { run: () => Promise.resolve(1), listen: () => () => {} }

  const seen = await redisLock(redis, '', lease, clock).hold(
    'refresh',
    async (lost) => {
      const before = lost.aborted
      slept = lease
      return [before, lost.aborted, lost.reason?.message]
    },
    patient,
  )

  expect(seen).toEqual([false, true, 'The lease of the lock ran out'])
})

it('says that it could not be taken, not that it was late, where Redis fails', async () => {
  const cause = new Error('Connection is closed')
  const redis: RedisConnection = { run: () => Promise.reject(cause), listen: () => () => {} }

  const held = redisLock(redis, '', lease, testClock()).hold('refresh', async () => {}, patient)

  await expect(held).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT', message: 'The lock could not be taken', cause })
})

it('releases what Redis granted in an answer that was lost', async () => {
  const clock = testClock()
  const redis = oneKey(clock)
  const { run, listen } = redis.connection(0)
  const lossy: RedisConnection = { run: (...command) => run(...command).then(() => Promise.reject(new Error('Command timed out'))), listen }
  await expect(redisLock(lossy, '', lease, clock).hold('refresh', async () => {}, patient)).rejects.toMatchObject({
    code: 'ERR_LOCK_TIMEOUT',
  })
  await quiet()

  const held = redisLock({ run, listen }, '', lease, clock).hold('refresh', async () => 'at once', patient)

  await expect(Promise.race([held, quiet()])).resolves.toBe('at once')
})

it('is renewed again after a client that threw at once, and gives what the task gave though it can not be freed', async () => {
  const clock = testClock()
  let isClosed = false
  const client = {
    eval(): Promise<number> {
      if (isClosed) throw new Error('The client is closed')
      return Promise.resolve(1)
    },
    defineCommand() {},
    duplicate() {},
  }
  const held = redisLock(redisConnection(client), '', lease, clock).hold(
    'refresh',
    async (lost) => {
      isClosed = true
      await clock.sleep(lease / 2)
      isClosed = false
      await clock.sleep(lease)
      isClosed = true
      return lost.aborted ? 'lost' : 'kept'
    },
    patient,
  )

  await clock.advance(2 * lease)

  expect(await held).toBe('kept')
})

it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
  'lets a caller go who leaves %s turns after those before it here, while others hold it',
  async (turns) => {
    const [caller, first] = [new AbortController(), deferred()]
    const grants = [1]
    const redis: RedisConnection = { run: async (script) => (script.includes("'NX'") ? (grants.shift() ?? 0) : 1), listen: () => () => {} }
    const lock = redisLock(redis, '', lease, testClock())
    const before = lock.hold('refresh', () => first.promise, patient)
    const waiter = lock.hold('refresh', async () => 'held', { ...patient, signal: caller.signal }).catch((reason) => reason)
    await quiet()

    first.resolve()
    await before
    for (let turn = 0; turn < turns; turn++) await undefined
    caller.abort('the caller left')

    await expect(Promise.race([waiter, quiet()])).resolves.toBe('the caller left')
  },
)

/** What Redis does for the lock: at once, though its answers to some may be under way for long. */
function oneKey(clock: TestClock) {
  let held: { readonly owner: string; readonly until: number } | undefined
  const answer = (script: string, owner = '', lasts = '0'): number => {
    if (held && held.until <= clock.now()) held = undefined
    if (held ? held.owner !== owner : !script.includes("'NX'")) return 0
    held = script.includes("'DEL'") ? undefined : { owner, until: clock.now() + Number(lasts) }
    return 1
  }
  const redis = {
    isSlow: true,
    connection: (answersAfter: number): RedisConnection => ({
      async run(script, _key, ...values) {
        const answered = answer(script, ...values)
        if (answersAfter && redis.isSlow) await clock.sleep(answersAfter)
        return answered
      },
      listen: () => () => {},
    }),
  }
  return redis
}
