import { systemClock } from '../platform/clock'
import type { Lock } from '../stores/lock'
import type { TokenStore } from '../stores/token-store'
import { errorOf } from './error-of'
import { isPrivate, type StoreTest, waitTimeout } from './store-test'

/** The lock: who is inside. */
export const exclusion: readonly StoreTest[] = [
  {
    title: 'has one lock, so that the clients on it exclude each other (F59)',
    async run({ store, expect }) {
      const { lock } = store

      expect(store.lock).toBe(lock)
      if (lock) expect(await mostInside([lock, lock, lock])).toBe(1)
    },
  },
  {
    title: 'has a lock that runs a task once, tells it that the lock is not lost, and gives its result',
    async run({ store, expect }) {
      const { lock } = store
      const told: unknown[] = []

      const result = await lock?.hold(
        'refresh',
        async (lost) => {
          told.push(lost?.aborted)
          return 'result'
        },
        { waitTimeout },
      )

      expect(told).toEqual(lock ? [false] : [])
      expect(result).toBe(lock && 'result')
    },
  },
  {
    title: 'has a lock that is free again after a task that fails, and passes on what that threw, rather than run it again',
    async run({ store, expect }) {
      const { lock } = store
      const failure = { code: 'the token endpoint is away' }
      let runs = 0

      const failed = lock?.hold(
        'refresh',
        () => {
          runs++
          return Promise.reject(failure)
        },
        { waitTimeout },
      )
      const thrown = await errorOf(Promise.resolve(failed))

      expect(thrown).toBe(lock && failure)
      expect(runs).toBe(lock ? 1 : 0)
      // Less than a test runner waits for the test.
      expect(await lock?.hold('refresh', async () => 'next', { waitTimeout: 3_000 })).toBe(lock && 'next')
    },
  },
  {
    title: 'has a lock that keeps one name from another, so that sessions never wait for each other (F42)',
    async run({ store, expect }) {
      const { lock } = store

      const inner = (): unknown => lock?.hold('other', async () => 'passed', { waitTimeout: 3_000 })

      expect(await lock?.hold('refresh', async () => inner(), { waitTimeout })).toBe(lock && 'passed')
    },
  },
  {
    title: 'has a lock that leaves a task alone, once it is granted: it is kept past `waitTimeout` and an abort',
    async run({ store, expect }) {
      const { lock } = store
      const caller = new AbortController()
      let isOver = false
      let next: Promise<boolean> | undefined
      const long = async (): Promise<string> => {
        next = lock?.hold('refresh', async () => isOver, { waitTimeout })
        next?.catch(() => {}) // Heard below.
        caller.abort()
        await systemClock.sleep(enough + 50)
        isOver = true
        return 'result'
      }

      const result = await lock?.hold('refresh', long, { signal: caller.signal, waitTimeout: enough })

      expect(result).toBe(lock && 'result')
      expect(await next).toBe(lock && true)
    },
  },
  {
    title: 'has a lock that reaches the second store, where its reach is more than this client (F57)',
    needs: 'reopen',
    async run({ store, expect, options }) {
      const other = (await options.reopen?.(store)) as TokenStore
      if (isPrivate(store)) {
        expect(store.coordination ?? 'client').toBe('client')
        return
      }
      const locks = [store.lock, other.lock, store.lock, other.lock] as Lock[]

      expect(await mostInside(locks)).toBe(1)
    },
  },
]

/** Enough for a lock that is free; no longer, since a test waits for it. */
const enough = 500

async function mostInside(locks: readonly Lock[]): Promise<number> {
  let inside = 0
  let most = 0
  const task = async (): Promise<void> => {
    inside++
    most = Math.max(most, inside)
    await systemClock.sleep(50) // Longer than it takes to get a lock that doesn't exclude.
    inside--
  }
  await Promise.all(locks.map((lock) => lock.hold('refresh', task, { waitTimeout })))
  return most
}
