import type { MaybePromise } from '../platform/maybe-promise'
import type { Lock } from '../stores/lock'
import type { TokenStore } from '../stores/token-store'
import { type StoredSession, sameTokens, type TokenSet } from '../tokens/token-set'

/** The part of a test runner's `it` and `expect` that is used: Vitest's, Jest's, Bun's. */
export type It = (title: string, test: () => Promise<void>) => unknown
export type Expect = (actual: unknown) => { toBe(expected: unknown): unknown; toEqual(expected: unknown): unknown }

export interface StoreConformanceOptions {
  /** A store that is signed out, on a storage of its own; once for each test. Clean up in your runner's `afterEach`. */
  create(): MaybePromise<TokenStore>
  readonly it: It
  readonly expect: Expect
  /**
   * Another store on the storage of `store`, as another process opens it. With it, two stores are tested side by side.
   * @default none: nobody else reaches the storage
   */
  reopen?: ((store: TokenStore) => MaybePromise<TokenStore>) | undefined
  /**
   * Puts `text` where `store` keeps its session. With it, what can't be read is tested.
   * @default none
   */
  spoil?: ((store: TokenStore, text: string) => MaybePromise<void>) | undefined
  /**
   * Lets the storage below `store` throw at every operation from now on; returns how to mend it. With it, an outage is tested.
   * @default none
   */
  throws?: ((store: TokenStore) => MaybePromise<Mend>) | undefined
  /**
   * Lets the storage below `store` answer nothing from now on; returns how to mend it, after which what hung may go on or fail. With
   * it, a hanging storage is tested.
   * @default none
   */
  hangs?: ((store: TokenStore) => MaybePromise<Mend>) | undefined
  /**
   * What the store can't do, and its documentation says so: `'markers'` keep a cookie session; `'atomic writes'` exclude writers of
   * the same moment, `'fields'` keeps fields it doesn't know.
   * @default nothing
   */
  readonly lacks?: readonly Ability[] | undefined
}

export type Mend = () => MaybePromise<void>

export type Ability = 'markers' | 'atomic writes' | 'fields'

/**
 * What a `TokenStore` keeps: compare-and-swap, exclusion, hints, and what it does when its storage is corrupt, broken or silent.
 * Defines one test for each sentence.
 * @example
 * describe('rowStore', () => storeConformance({ create: () => rowStore(freshTable()), it, expect }))
 */
export function storeConformance(options: StoreConformanceOptions): void {
  const { it, expect, lacks = [] } = options
  for (const test of storeTests) {
    const isMeant =
      !test.needs ||
      (test.needs in options ? options[test.needs as Way] != null : abilities.some((one) => one === test.needs && !lacks.includes(one)))
    if (isMeant) it(test.title, async () => test.run({ store: await options.create(), expect, options }))
  }
}

interface Subject {
  readonly store: TokenStore
  readonly expect: Expect
  readonly options: StoreConformanceOptions
}

type Way = 'reopen' | 'spoil' | 'throws' | 'hangs'

const abilities: readonly Ability[] = ['markers', 'atomic writes', 'fields']

interface StoreTest {
  readonly title: string
  readonly needs?: Ability | Way
  run(subject: Subject): Promise<void>
}

const storeTests: readonly StoreTest[] = [
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
    title: 'keeps every field, also those it does not know (F37)',
    needs: 'fields',
    async run({ store, expect }) {
      const full = {
        ...pair(1),
        expiresAt: 1_700_000_000_000,
        tokenType: 'DPoP',
        scope: 'a b',
        idToken: 'x.y.z',
        sessionId: 's1',
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
    title: 'writes nothing where it holds something else than expected (F38, F39, F40)',
    async run({ store, expect }) {
      const [held, ...others] = [pair(1), null, pair(2), { ...pair(1), refreshToken: 'other' }, { accessToken: 'access-1' }]
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
  {
    title: 'lets one of twenty interleaved writers win, and holds what the winner wrote',
    needs: 'atomic writes',
    async run({ store, expect }) {
      await store.write(pair(0), null)

      const won = await Promise.all(range(20).map(async (n) => ((await store.write(pair(n + 1), pair(0))) ? n + 1 : 0)))

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

      await Promise.all(range(10).map(() => addOne(store)))

      expect(sameTokens(await store.read(), pair(10))).toBe(true)
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
      expect(sameTokens(await store.read(), pair(2))).toBe(true)
      expect(await store.write(pair(3), pair(1))).toBe(false)
      expect(await store.write(null, pair(1))).toBe(false)
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

      await Promise.all(range(10).map((n) => addOne(n % 2 ? store : other)))

      expect(sameTokens(await other.read(), pair(10))).toBe(true)
    },
  },
  {
    title: 'has one lock, so that the clients on it exclude each other (F59)',
    async run({ store, expect }) {
      const { lock } = store

      expect(store.lock).toBe(lock)
      if (lock) expect(await mostInside([lock, lock, lock])).toBe(1)
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
  {
    title: 'never waits with a write for whoever holds the lock',
    async run({ store, expect }) {
      const refreshed = deferred()
      const locked = deferred()
      const held = store.lock?.hold(
        'refresh',
        async () => {
          locked.resolve()
          await refreshed.promise
        },
        { waitTimeout },
      )
      if (held) await locked.promise

      expect(await store.write(pair(1), null)).toBe(true)

      refreshed.resolve()
      await held
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
      const refreshed = deferred()
      const locked = deferred()
      let ran = false
      const held = lock.hold(
        'refresh',
        async () => {
          locked.resolve()
          await refreshed.promise
        },
        { waitTimeout },
      )
      await locked.promise

      const late = lock.hold(
        'refresh',
        async () => {
          ran = true
        },
        { waitTimeout: 20 },
      )

      expect((await errorOf(late))?.code).toBe('ERR_LOCK_TIMEOUT')
      refreshed.resolve()
      await held
      expect(await lock.hold('refresh', async () => 'next', { waitTimeout })).toBe('next')
      expect(ran).toBe(false)
    },
  },
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
      const listener = listen(store)

      await store.write(pair(1), null)
      await listener.next()

      expect(sameTokens(await store.read(), pair(1))).toBe(true)
      listener.leave()
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
      let isHinted = false
      const hinted = listener.next().then(() => {
        isHinted = true
      })
      for (let held: TokenSet | null = null, n = 1; !isHinted; n++) {
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
  {
    title: 'rejects whoever reads or writes what is corrupt, never overwrites it, and quotes nothing (F44)',
    needs: 'spoil',
    async run({ store, expect, options }) {
      for (const text of ['canary', '{"version":1,"session":{"accessToken":"canary', '[]', '{"accessToken":["canary"]}']) {
        await options.spoil?.(store, text)

        for (const attempt of [
          () => store.read(),
          () => store.write(pair(1), null),
          () => store.write(pair(2), pair(1)),
          () => store.write(null, null),
          () => store.read(),
        ]) {
          const error = await errorOf((async () => attempt())())
          expect(error === undefined ? `answered over ${text}` : 'rejected').toBe('rejected')
          expect(`${error?.message} ${JSON.stringify(error)} ${JSON.stringify(error?.cause ?? '')}`.includes('canary')).toBe(false)
        }
      }
    },
  },
  {
    title: 'rejects while its storage throws, rather than be signed out or say that it wrote, and has lost nothing (F32, F35)',
    needs: 'throws',
    async run({ store, expect, options }) {
      await store.write(pair(1), null)

      const mend = await options.throws?.(store)
      const failures = [
        await errorOf((async () => store.read())()),
        await errorOf((async () => store.write(pair(2), pair(1)))()),
        await errorOf((async () => store.write(null, pair(1)))()),
      ]
      await mend?.()

      expect(failures.map((error) => error !== undefined)).toEqual([true, true, true])
      expect(sameTokens(await store.read(), pair(1))).toBe(true)
      expect(await store.write(pair(2), pair(1))).toBe(true)
    },
  },
  {
    title: 'answers nothing while its storage hangs, and works again afterwards (F34)',
    needs: 'hangs',
    async run({ store, expect, options }) {
      await store.write(pair(1), null)

      const mend = await options.hangs?.(store)
      const answers: unknown[] = []
      const attempts = [async () => store.read(), async () => store.write(pair(2), pair(1))].map((attempt) =>
        attempt().then(
          (answer) => answers.push(answer),
          () => {},
        ),
      )
      for (const _ of range(50)) await null
      expect(answers).toEqual([])
      await mend?.()
      await Promise.all(attempts)

      const held = (await store.read()) as StoredSession
      expect(sameTokens(held, pair(1)) || sameTokens(held, pair(2))).toBe(true)
      expect(await store.write(pair(3), held)).toBe(true)
    },
  },
]

const waitTimeout = 10_000

/** A rotation after another. */
function pair(n: number): TokenSet {
  return { accessToken: `access-${n}`, refreshToken: `refresh-${n}` }
}

function isPrivate(store: TokenStore): boolean {
  return (store.coordination ?? 'client') === 'client'
}

async function addOne(store: TokenStore): Promise<void> {
  for (;;) {
    const held = (await store.read()) as TokenSet
    if (await store.write(pair(Number(held.accessToken.slice('access-'.length)) + 1), held)) return
  }
}

async function mostInside(locks: readonly Lock[]): Promise<number> {
  let inside = 0
  let most = 0
  const task = async (): Promise<void> => {
    inside++
    most = Math.max(most, inside)
    for (const _ of range(5)) await null
    inside--
  }
  await Promise.all(locks.map((lock) => lock.hold('refresh', task, { waitTimeout })))
  return most
}

interface Listener {
  readonly heard: unknown[][]
  /** Comes back at the next hint, or the one that has come since the last time. */
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
      await hinted.promise
      hinted = deferred()
    },
    leave: () => stop?.(),
  }
}

async function errorOf(
  promise: Promise<unknown>,
): Promise<{ readonly code?: unknown; readonly message?: unknown; readonly cause?: unknown } | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return Object(error)
  }
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, n) => n)
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
