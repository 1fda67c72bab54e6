import { bounded } from '../platform/bounded'
import { systemClock } from '../platform/clock'
import type { TokenStore } from '../stores/token-store'
import { sameTokens, type TokenSet } from '../tokens/token-set'
import { deferred } from './deferred'
import { isPrivate, pair, type StoreTest } from './store-test'

/** Hints: who hears of a write. */
export const hinting: readonly StoreTest[] = [
  {
    title: 'hints every subscriber of a write that took, with nothing in its hands, until it leaves (A41)',
    async run({ store, expect }) {
      const { subscribe } = store
      if (!subscribe) {
        expect(subscribe).toBe(undefined)
        return
      }
      const [one, other] = [listen(store), listen(store)]

      await store.write(pair(1), null)
      await Promise.all([one.next(), other.next()])
      one.leave()
      one.leave()
      const before = one.heard.length
      await store.write(null, pair(1))
      await other.next()
      other.leave()

      expect(one.heard.length).toBe(before)
      expect([...one.heard, ...other.heard].every((hint) => hint.length === 0)).toBe(true)
    },
  },
  {
    title: 'shows a hinted subscriber what was written',
    async run({ store, expect }) {
      if (!store.subscribe) {
        expect(store.subscribe).toBe(undefined)
        return
      }
      const shown = deferred()
      const look = async (): Promise<void> => {
        if (sameTokens(await store.read(), pair(1))) shown.resolve()
      }
      const stop = store.subscribe(() => void look().catch(() => {}))

      expect(await store.write(pair(1), null)).toBe(true)
      await bounded(shown.promise, patience, systemClock, () => new Error(missing))

      stop()
    },
  },
  {
    title: 'hints the subscribers of a second store, where its reach is more than this client',
    needs: 'reopen',
    async run({ store, expect, options }) {
      const other = (await options.reopen?.(store)) as TokenStore
      if (isPrivate(store) || !other.subscribe) {
        expect(isPrivate(store) || !other.subscribe).toBe(true)
        return
      }
      const listener = listen(other)

      // A hint may miss a write of the moment in which it is being subscribed to: so there is a next one.
      let isOver = false
      const hinted = listener.next().finally(() => {
        isOver = true
      })
      hinted.catch(() => {}) // Heard below.
      // A store whose writes wait for nothing leaves no turn to the timer.
      const end = systemClock.now() + patience
      for (let held: TokenSet | null = null, n = 1; !isOver && systemClock.now() < end; n++) {
        expect(await store.write(pair(n), held)).toBe(true)
        held = pair(n)
      }
      await hinted

      listener.leave()
    },
  },
  {
    title: 'writes and hints the others though a listener throws',
    async run({ store, expect }) {
      if (!store.subscribe) {
        expect(store.subscribe).toBe(undefined)
        return
      }
      const stop = store.subscribe(() => {
        throw new Error('a listener of the app')
      })
      const other = listen(store)

      expect(await store.write(pair(1), null)).toBe(true)
      await other.next()

      expect(sameTokens(await store.read(), pair(1))).toBe(true)
      stop()
      other.leave()
    },
  },
]

/** How long a test waits for a hint, in milliseconds: less than a test runner waits for the test. */
const patience = 3_000

const missing = 'A write was not hinted once it could be read: `subscribe` tells of every write, those of its own store included'

interface Listener {
  readonly heard: unknown[][]
  /** Comes back at the next hint, or the one that has come since the last time; fails where there is none. */
  next(): Promise<void>
  leave(): void
}

function listen(store: TokenStore): Listener {
  const heard: unknown[][] = []
  let hinted = deferred()
  const stop = store.subscribe?.((...hint: unknown[]) => {
    heard.push(hint)
    hinted.resolve()
  })
  return {
    heard,
    async next() {
      await bounded(hinted.promise, patience, systemClock, () => new Error(missing))
      hinted = deferred()
    },
    leave: () => stop?.(),
  }
}
