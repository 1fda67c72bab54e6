import type { Lock } from '../stores/lock'
import { deferred } from './deferred'
import { errorOf } from './error-of'
import { pair, type StoreTest, waitTimeout } from './store-test'

/** The lock: who waits for it, and for how long. */
export const waiting: readonly StoreTest[] = [
  {
    title: 'gives the wait for a lock up when it is told to, with the reason given, and runs nothing then',
    async run({ store, expect }) {
      const { lock } = store
      const caller = new AbortController()
      const reason = { code: 'the caller left' }
      let ran = false
      const leave = async (): Promise<unknown> => {
        const waiting = lock?.hold(
          'refresh',
          async () => {
            ran = true
          },
          { signal: caller.signal, waitTimeout: 3_000 },
        )
        caller.abort(reason)
        return errorOf(Promise.resolve(waiting))
      }

      const thrown = await lock?.hold('refresh', leave, { waitTimeout })

      expect(thrown).toBe(lock && reason)
      await lock?.hold('refresh', async () => {}, { waitTimeout })
      expect(ran).toBe(false)
    },
  },
  {
    title: 'never waits with a write for whoever holds the lock',
    async run({ store, expect }) {
      const leave = await hold(store.lock)

      expect(await store.write(pair(1), null)).toBe(true)

      await leave()
    },
  },
  {
    title: 'gives a lock no longer wait than `waitTimeout`, runs nothing then, and lets the next one in',
    async run({ store, expect }) {
      const { lock } = store
      if (!lock) {
        expect(store.coordination ?? 'client').toBe('client')
        return
      }
      const leave = await hold(lock)
      let ran = false

      const late = lock.hold(
        'refresh',
        async () => {
          ran = true
        },
        { waitTimeout: 20 },
      )

      expect((await errorOf(late))?.code).toBe('ERR_LOCK_TIMEOUT')
      await leave()
      expect(await lock.hold('refresh', async () => 'next', { waitTimeout })).toBe('next')
      expect(ran).toBe(false)
    },
  },
]

/** Takes the lock, if there is one; returns how to let it go. */
async function hold(lock: Lock | undefined): Promise<() => Promise<void>> {
  const inside = deferred()
  const left = deferred()
  const held = lock?.hold(
    'refresh',
    async () => {
      inside.resolve()
      await left.promise
    },
    { waitTimeout },
  )
  // A lock that is not granted fails the test, rather than hang it.
  if (held) await Promise.race([inside.promise, held])
  return async () => {
    left.resolve()
    await held
  }
}
