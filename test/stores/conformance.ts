import type { MaybePromise } from '../../src/platform/maybe-promise'
import type { TokenStore } from '../../src/stores/token-store'
import { type StoredSession, sameTokens, type TokenSet } from '../../src/tokens/token-set'

/** A store that is signed out, on a storage of its own. */
export interface StoreUnderTest {
  readonly store: TokenStore
  /** Another store on the same storage, as after a restart; absent where nothing survives one. */
  readonly reopen?: (() => TokenStore) | undefined
}

export interface ConformanceCase<Subject> {
  readonly title: string
  /** What the subject must have for it; plain callbacks have none, and are atomic only while they are synchronous. */
  readonly needs?: 'a lock' | 'markers' | 'hints' | 'atomic writes'
  run(open: () => MaybePromise<Subject>): Promise<void>
}

/** What every `TokenStore` keeps; for any test runner: `it(title, () => run(open))`. */
export const tokenStoreConformance: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    title: 'holds nobody at first, and reading changes nothing',
    async run(open) {
      const { store } = await open()

      check(!(await store.read()) && !(await store.read()), 'a new store is signed out')
    },
  },
  {
    title: 'gives back what was written',
    async run(open) {
      const { store } = await open()

      check(await store.write(pair(1), null), 'a write over nothing succeeds')

      holds(await store.read(), pair(1))
    },
  },
  {
    title: 'keeps what it holds over a restart',
    async run(open) {
      const { store, reopen } = await open()
      await store.write(pair(1), null)

      const again = reopen?.()

      if (!again) return
      holds(await again.read(), pair(1))
      check(await again.write(pair(2), pair(1)), 'the other store may write')
      holds(await store.read(), pair(2))
      check(!(await store.write(pair(3), pair(1))), 'a foreign write is seen before a swap (F43)')
    },
  },
  {
    title: 'keeps every field, also those it does not know (F37)',
    async run(open) {
      const { store } = await open()
      const full = {
        ...pair(1),
        expiresAt: 1_700_000_000_000,
        tokenType: 'DPoP',
        scope: 'a b',
        idToken: 'x.y.z',
        sessionId: 's1',
        unknown: { nested: ['ü', 1, null, true] },
        version: 'not ours',
      }

      await store.write(full, null)

      holds(await store.read(), full)
    },
  },
  {
    title: 'writes nothing where it holds something else than expected (F38, F39, F40)',
    async run(open) {
      const unexpected: readonly [StoredSession | null, StoredSession | null][] = [
        [pair(1), null],
        [pair(1), pair(2)],
        [pair(1), { ...pair(1), refreshToken: 'other' }],
        [pair(1), { accessToken: 'access-1' }],
        [{ accessToken: 'access-1' }, pair(1)],
        [null, pair(1)],
      ]
      for (const [held, expected] of unexpected) {
        const { store } = await open()
        if (held) await store.write(held, null)

        check(!(await store.write(pair(9), expected)), 'an unexpected swap answers false')
        check(!(await store.write(null, expected)), 'an unexpected clearing answers false')

        if (held) holds(await store.read(), held)
        else check(!(await store.read()), 'nobody is resurrected')
      }
    },
  },
  {
    title: 'compares access and refresh token, and nothing else',
    async run(open) {
      const { store } = await open()
      await store.write({ ...pair(1), scope: 'a', expiresAt: 1, sessionId: 's1' }, null)

      check(await store.write(pair(2), { ...pair(1), scope: 'b', expiresAt: 2 }), 'other fields may differ')

      holds(await store.read(), pair(2))
    },
  },
  {
    title: 'clears, and takes the next sign-in',
    async run(open) {
      const { store } = await open()
      await store.write(pair(1), null)

      check(await store.write(null, pair(1)), 'what was expected is cleared')

      check(!(await store.read()), 'cleared is signed out')
      check(await store.write(null, null), 'clearing nothing is no surprise')
      check(!(await store.write(pair(2), pair(1))), 'a refresh that outlived the logout is dropped (F39)')
      check(await store.write(pair(3), null), 'the next sign-in is taken')
      holds(await store.read(), pair(3))
    },
  },
  {
    title: 'takes frozen objects and leaves them as they are (F37)',
    async run(open) {
      const { store } = await open()
      const first = Object.freeze({ ...pair(1), extra: Object.freeze({ a: 1 }) })
      const second = Object.freeze(pair(2))
      const before = JSON.stringify([first, second])

      check(await store.write(first, null), 'a frozen set is written')
      check(await store.write(second, first), 'a frozen set is compared')

      holds(await store.read(), second)
      check(JSON.stringify([first, second]) === before, 'nothing was changed')
    },
  },
  {
    title: 'lets one of twenty interleaved writers win, and holds what the winner wrote',
    needs: 'atomic writes',
    async run(open) {
      const { store } = await open()
      await store.write(pair(0), null)

      const won = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await store.write(pair(n + 1), pair(0))) && n + 1))

      const winners = won.filter((n) => n !== false)
      check(winners.length === 1, `one of twenty wins, not ${winners.length}`)
      holds(await store.read(), pair(winners[0] as number))
    },
  },
  {
    title: 'loses no update of ten writers that each swap until true',
    needs: 'atomic writes',
    async run(open) {
      const { store } = await open()
      await store.write({ ...pair(0), count: 0 } as TokenSet, null)
      const addOne = async (): Promise<void> => {
        for (;;) {
          const held = (await store.read()) as TokenSet & { count: number }
          if (await store.write({ ...pair(held.count + 1), count: held.count + 1 } as TokenSet, held)) return
        }
      }

      await Promise.all(Array.from({ length: 10 }, addOne))

      holds(await store.read(), { ...pair(10), count: 10 } as TokenSet)
    },
  },
  {
    title: 'keeps the marker of a cookie session, compared by session and counter',
    needs: 'markers',
    async run(open) {
      const { store } = await open()

      check(await store.write({ sessionId: 's1', counter: 0 }, null), 'a marker is written')
      check(!(await store.write({ sessionId: 's1', counter: 2 }, { sessionId: 's1', counter: 1 })), 'the counter counts')
      check(!(await store.write({ sessionId: 's1', counter: 1 }, { sessionId: 's2', counter: 0 })), 'the session counts')
      check(!(await store.write({ sessionId: 's1', counter: 1 }, { ...pair(1), sessionId: 's1' })), 'tokens are no marker')
      check(await store.write({ sessionId: 's1', counter: 1 }, { sessionId: 's1', counter: 0 }), 'a marker is swapped')

      holds(await store.read(), { sessionId: 's1', counter: 1 })
    },
  },
  {
    title: 'hints every subscriber after each write that took, with nothing in its hands (A41)',
    needs: 'hints',
    async run(open) {
      const { store } = await open()
      const heard: unknown[][] = []
      const listener = (...hint: unknown[]): void => void heard.push(hint)
      const [stopFirst, stopSecond] = [subscribe(store, listener), subscribe(store, listener)]

      await store.write(pair(1), null)
      check(heard.length === 2, 'each subscription is hinted')
      await store.write(pair(2), null)
      check(heard.length === 2, 'a write that did not take is no news')
      stopFirst()
      stopFirst()
      await store.write(null, pair(1))
      check(heard.length === 3, 'the stopped one is not hinted, the other one is')
      stopSecond()
      await store.write(pair(3), null)
      check(heard.length === 3, 'nobody is hinted any more')

      check(
        heard.every((hint) => hint.length === 0),
        'a hint carries nothing',
      )
    },
  },
  {
    title: 'shows a hinted subscriber what was written',
    needs: 'hints',
    async run(open) {
      const { store } = await open()
      const seen: MaybePromise<StoredSession | null | undefined>[] = []
      const stop = subscribe(store, () => void seen.push(store.read()))

      await store.write(pair(1), null)

      holds(await seen[0], pair(1))
      stop()
    },
  },
  {
    title: 'writes and hints the others though a listener throws, leaves or subscribes again',
    needs: 'hints',
    async run(open) {
      const { store } = await open()
      const heard: string[] = []
      const stops: (() => void)[] = []
      const listen = (listener: () => void): void => void stops.push(subscribe(store, listener))
      listen(() => {
        throw new Error('a listener of the app')
      })
      listen(() => {
        heard.push('again')
        listen(() => heard.push('new'))
        stops[2]?.()
      })
      listen(() => heard.push('left'))
      listen(() => heard.push('last'))

      check(await store.write(pair(1), null), 'the write took')

      check(heard.join() === 'again,last', `those who are subscribed hear, once: ${heard}`)
      holds(await store.read(), pair(1))
      for (const stop of stops) stop()
    },
  },
  {
    title: 'has one lock, so that the clients on it exclude each other (F59)',
    needs: 'a lock',
    async run(open) {
      const { store } = await open()
      const { lock } = store
      if (!lock) throw new Error('a ready-made store brings its lock')
      check(store.lock === lock, 'it is the same lock each time')
      let inside = 0
      const enter = () =>
        lock.hold(
          'refresh',
          async () => {
            inside += 1
            check(inside === 1, 'one is inside')
            await null
            await null
            inside -= 1
          },
          { waitTimeout: 10_000 },
        )

      await Promise.all([enter(), enter(), enter()])
    },
  },
]

/** A rotation after another. */
export function pair(n: number): TokenSet {
  return { accessToken: `access-${n}`, refreshToken: `refresh-${n}` }
}

function subscribe(store: TokenStore, listener: () => void): () => void {
  if (!store.subscribe) throw new Error('Not so: the store hints')
  return store.subscribe(listener)
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`Not so: ${what}`)
}

function holds(actual: StoredSession | null | undefined, expected: StoredSession): void {
  check(!!actual && sameTokens(actual, expected), 'the store holds these tokens')
  for (const [name, value] of Object.entries(expected)) {
    check(JSON.stringify((actual as unknown as Record<string, unknown>)[name]) === JSON.stringify(value), `${name} is kept`)
  }
}
