import { type StoredSession, sameTokens } from '../tokens/token-set'
import { pair, type StoreTest } from './store-test'

/** What is kept, and by what it is compared. */
export const records: readonly StoreTest[] = [
  {
    title: 'holds nobody at first, and reading changes nothing',
    async run({ store, expect }) {
      expect((await store.read()) ?? null).toBe(null)
      expect((await store.read()) ?? null).toBe(null)
    },
  },
  {
    title: 'gives back what was written',
    async run({ store, expect }) {
      expect(await store.write(pair(1), null)).toBe(true)

      expect(await store.read()).toEqual(pair(1))
    },
  },
  {
    title: 'keeps every field of a token set',
    async run({ store, expect }) {
      await store.write(known, null)

      expect(await store.read()).toEqual(known)
    },
  },
  {
    title: 'keeps every field, also those it does not know (F37)',
    needs: 'fields',
    async run({ store, expect }) {
      const full = {
        ...known,
        unknown: { nested: ['ü', 1, null, true, '😀'] },
        version: 'not ours',
      }

      await store.write(full, null)

      expect(await store.read()).toEqual(full)
    },
  },
  {
    title: 'keeps a long token whole',
    async run({ store, expect }) {
      const long = { accessToken: `${'a'.repeat(6_000)}.ü`, refreshToken: 'r'.repeat(2_000) }

      await store.write(long, null)

      expect(sameTokens(await store.read(), long)).toBe(true)
    },
  },
  {
    title: 'clears, and takes the next sign-in (F39)',
    async run({ store, expect }) {
      await store.write(pair(1), null)

      expect(await store.write(null, pair(1))).toBe(true)

      expect((await store.read()) ?? null).toBe(null)
      expect(await store.write(null, null)).toBe(true)
      expect(await store.write(pair(2), pair(1))).toBe(false)
      expect(await store.write(pair(3), null)).toBe(true)
      expect(sameTokens(await store.read(), pair(3))).toBe(true)
    },
  },
  {
    title: 'keeps nothing of the session before, neither its refresh token nor what else the next one lacks',
    async run({ store, expect }) {
      await store.write(known, null)

      expect(await store.write({ accessToken: 'access-2' }, known)).toBe(true)

      const held = Object(await store.read())
      // `null` is absent: a table may have columns for both.
      expect(Object.keys(known).filter((name) => (held[name] ?? null) !== null)).toEqual(['accessToken'])
    },
  },
  {
    title: 'takes frozen objects and leaves them as they are (F37)',
    async run({ store, expect }) {
      const first = Object.freeze({ ...pair(1), extra: Object.freeze({ a: 1 }) })
      const second = Object.freeze(pair(2))
      const before = JSON.stringify([first, second])

      expect(await store.write(first, null)).toBe(true)
      expect(await store.write(second, first)).toBe(true)

      expect(sameTokens(await store.read(), second)).toBe(true)
      expect(JSON.stringify([first, second])).toBe(before)
    },
  },
  {
    title: 'tells a session without a refresh token from one that has one',
    async run({ store, expect }) {
      await store.write({ accessToken: 'access-1' }, null)

      expect(await store.write(pair(9), pair(1))).toBe(false)
      expect(await store.write(pair(9), { accessToken: 'access-1' })).toBe(true)
    },
  },
  {
    title: 'compares access and refresh token, and nothing else',
    async run({ store, expect }) {
      await store.write({ ...pair(1), scope: 'a', expiresAt: 1, sessionId: 's1' }, null)

      expect(await store.write(pair(2), { ...pair(1), scope: 'b', expiresAt: 2 })).toBe(true)

      expect(sameTokens(await store.read(), pair(2))).toBe(true)
    },
  },
  {
    title: 'keeps the marker of a cookie session, compared by session and counter',
    needs: 'markers',
    async run({ store, expect }) {
      const marker = (sessionId: string, counter: number): StoredSession => ({ sessionId, counter })

      expect(await store.write(marker('s1', 0), null)).toBe(true)
      expect(await store.write(marker('s1', 2), marker('s1', 1))).toBe(false)
      expect(await store.write(marker('s1', 1), marker('s2', 0))).toBe(false)
      expect(await store.write(marker('s1', 1), { ...pair(1), sessionId: 's1' })).toBe(false)
      expect(await store.write(marker('s1', 1), marker('s1', 0))).toBe(true)

      expect(await store.read()).toEqual(marker('s1', 1))
    },
  },
]

const known = {
  accessToken: 'access-1',
  refreshToken: 'refresh-1',
  expiresAt: 1_700_000_000_000,
  tokenType: 'DPoP',
  scope: 'a b',
  idToken: 'x.y.z',
  sessionId: 's1',
}
