import { macrotask } from '../platform/macrotask'
import type { TokenStore } from '../stores/token-store'
import { sameTokens, type TokenSet } from '../tokens/token-set'
import { isPrivate, pair, type StoreTest } from './store-test'

/** Compare-and-swap, by one store and by two. */
export const swaps: readonly StoreTest[] = [
  {
    title: 'writes nothing where it holds something else than expected (F38, F39, F40)',
    async run({ store, expect }) {
      const [held, ...others] = [
        pair(1),
        null,
        pair(2),
        { ...pair(1), refreshToken: 'other' },
        // Not every server rotates.
        { ...pair(1), accessToken: 'other' },
        { accessToken: 'access-1' },
      ]
      for (const expected of [pair(1), pair(2)]) expect(await store.write(pair(9), expected)).toBe(false)
      expect(await store.write(null, pair(1))).toBe(false)
      expect((await store.read()) ?? null).toBe(null)
      await store.write(held as TokenSet, null)

      for (const expected of others) {
        expect(await store.write(pair(9), expected)).toBe(false)
        expect(await store.write(null, expected)).toBe(false)
      }

      expect(sameTokens(await store.read(), held)).toBe(true)
    },
  },
  {
    title: 'lets one of twenty interleaved writers win, and holds what the winner wrote',
    needs: 'atomic writes',
    async run({ store, expect }) {
      await store.write(pair(0), null)

      const won = await Promise.all(
        Array.from({ length: 20 }, (_, n) => n).map(async (n) => ((await store.write(pair(n + 1), pair(0))) ? n + 1 : 0)),
      )

      const winners = won.filter(Boolean)
      expect(winners.length).toBe(1)
      expect(sameTokens(await store.read(), pair(winners[0] as number))).toBe(true)
    },
  },
  {
    title: 'loses no update of ten writers that each swap until true',
    needs: 'atomic writes',
    async run({ store, expect }) {
      await store.write(pair(0), null)

      await Promise.all(Array.from({ length: 10 }, (_, n) => n).map((n) => addOne(store, n)))

      expect(countOf(await store.read())).toBe(10)
    },
  },
  {
    title: 'shows whoever reads during a write the tokens before it or those after it, never parts of both',
    async run({ store, expect }) {
      await store.write(pair(1), null)

      let isOver = false
      const written = (async () => store.write(pair(2), pair(1)))().finally(() => {
        isOver = true
      })
      written.catch(() => {}) // Heard below.
      let mixed = 0
      for (let reads = 0; reads < mostTries && !isOver; reads++) {
        const held = await store.read()
        if (!sameTokens(held, pair(1)) && !sameTokens(held, pair(2))) mixed++
        if (reads % 10 === 9) await macrotask()
      }

      expect(await written).toBe(true)
      expect(mixed).toBe(0)
    },
  },
  {
    title: 'shows a second store what the first one wrote, and sees a foreign write before a swap (F43)',
    needs: 'reopen',
    async run({ store, expect, options }) {
      await store.write(pair(1), null)

      const other = (await options.reopen?.(store)) as TokenStore

      expect(sameTokens(await other.read(), pair(1))).toBe(true)
      expect(await other.write(pair(2), pair(1))).toBe(true)
      // Not read here since: what it showed last is not what it holds.
      expect(await store.write(pair(3), pair(1))).toBe(false)
      expect(await store.write(null, pair(1))).toBe(false)
      expect(sameTokens(await store.read(), pair(2))).toBe(true)
      expect(await other.write(null, pair(2))).toBe(true)
      expect((await store.read()) ?? null).toBe(null)
    },
  },
  {
    title: 'loses no update of two stores whose reach is more than this client',
    needs: 'reopen',
    async run({ store, expect, options }) {
      if (isPrivate(store)) {
        expect(store.coordination ?? 'client').toBe('client')
        return
      }
      const other = (await options.reopen?.(store)) as TokenStore
      await store.write(pair(0), null)

      await Promise.all(Array.from({ length: 10 }, (_, n) => n).map((n) => addOne(n % 2 ? store : other, n)))

      expect(countOf(await other.read())).toBe(10)
    },
  },
]

/** Far more than any store needs with nine others beside it. */
const mostTries = 10_000

/** Each writer writes tokens of its own, as each rotation does: a store may answer `true` to a write of what it holds already. */
async function addOne(store: TokenStore, writer: number): Promise<void> {
  // One whose swaps never take would otherwise be asked for ever, and leave a test runner no turn to say so.
  for (let tries = 0; tries < mostTries; tries++) {
    const held = await store.read()
    const next = { ...pair(countOf(held) + 1), refreshToken: `refresh-of-${writer}` }
    if (await store.write(next, held ?? null)) return
  }
  throw new Error('A swap never took, though it expected what the store had just read')
}

function countOf(held: unknown): number {
  return Number(String(Object(held).accessToken).slice('access-'.length))
}
