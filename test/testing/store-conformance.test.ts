import { type Lock, localLock, memoryStore, type StoredSession, sameTokens, type TokenSet, type TokenStore } from 'authenticated-client'
import { type StoreConformanceOptions, storeConformance } from 'authenticated-client/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { macrotask } from '../../src/platform/macrotask'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it.each([
  ['its own subscribers', 3, () => deaf(memoryStore())],
  ['those of a second store', 1, (store: TokenStore) => deaf(store)],
])('fails, and names the hint, where a store does not hint %s of its writes', async (_whom, failures, reopen) => {
  const tests: (() => Promise<void>)[] = []
  const isOwn = failures > 1
  storeConformance({
    create: () => (isOwn ? deaf(memoryStore()) : onDisk()),
    reopen: isOwn ? undefined : reopen,
    it: (_title, test) => void tests.push(test),
    expect,
  })

  const outcomes = Promise.allSettled(tests.map((test) => test()))
  await vi.advanceTimersByTimeAsync(60_000)

  const errors = (await outcomes).flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
  expect(errors).toEqual(Array(failures).fill(expect.stringContaining('was not hinted')))
})

it('fails, rather than ask for ever, where no write ever takes', async () => {
  const failures = await failuresOf(() => ({ ...memoryStore(), write: () => false }))

  expect(failures).toContain('loses no update of ten writers that each swap until true')
})

it('takes a store that says of what it holds already that it has written it, as Redis does where an answer got lost', async () => {
  const failures = await failuresOf(() => {
    let held: StoredSession | null = null
    return {
      read: () => held,
      async write(next, expected) {
        const found = held
        if (!sameTokens(found, expected)) return false
        await macrotask()
        if (held !== found) return sameTokens(held, next)
        held = next
        return true
      },
    }
  })

  expect(failures).toEqual([])
})

it('fails a store that compares the refresh token alone', async () => {
  const failures = await failuresOf(
    () => {
      let held: TokenSet | null = null
      return {
        read: () => held,
        write(next, expected) {
          const isExpected = !held === !expected && held?.refreshToken === (expected as TokenSet | null)?.refreshToken
          if (isExpected) held = next as TokenSet | null
          return isExpected
        },
      }
    },
    { lacks: ['markers'] },
  )

  expect(failures).toEqual(['writes nothing where it holds something else than expected (F38, F39, F40)'])
})

it('fails a store that forgets the session id, even if it keeps no unknown fields', async () => {
  const failures = await failuresOf(
    () => {
      const store = memoryStore()
      return {
        ...store,
        write: (next, expected) => store.write(next && ({ ...next, sessionId: undefined } as unknown as TokenSet), expected),
      }
    },
    { lacks: ['markers', 'fields'] },
  )

  expect(failures).toEqual(['keeps every field of a token set'])
})

it.each<readonly [what: string, hold: (hold: Lock['hold']) => Lock['hold'], title: RegExp]>([
  ['runs a task twice', (hold) => (name, task, how) => hold(name, (lost) => task(lost).then(() => task(lost)), how), /runs a task once/],
  ['tells a task nothing', (hold) => (name, task, how) => hold(name, () => task(undefined as never), how), /tells it that the lock/],
  [
    'is lost at once',
    (hold) => (name, task, how) => hold(name, () => task(AbortSignal.abort()), how),
    /tells it that the lock is not lost/,
  ],
  [
    'is kept by a task that fails',
    (hold) => (name, task, how) =>
      new Promise((resolve, reject) => {
        const keep = (error: unknown): Promise<never> => {
          reject(error)
          return new Promise(() => {})
        }
        hold(name, (lost) => task(lost).then(resolve, keep), how).catch(reject)
      }),
    /free again after a task that fails/,
  ],
  ['keeps what a task threw', (hold) => (name, task, how) => hold(name, (lost) => task(lost).catch(() => null as never), how), /passes on/],
  ['has one name', (hold) => (_name, task, how) => hold('any', task, how), /keeps one name from another/],
  [
    'hears no signal',
    (hold) =>
      (name, task, { waitTimeout }) =>
        hold(name, task, { waitTimeout }),
    /gives the wait for a lock up/,
  ],
])('fails a store whose lock %s', async (_what, hold, title) => {
  const failures = await failuresOf(() => {
    const lock = localLock()
    return { ...memoryStore(), lock: { hold: hold(lock.hold) } }
  })

  expect(failures).toContainEqual(expect.stringMatching(title))
})

it('fails a store whose error says in its cause what a corrupt record holds', async () => {
  const texts = new Map<TokenStore, string>()
  const create = (): TokenStore => {
    const store = memoryStore()
    const check = (): void => {
      const text = texts.get(corruptible)
      if (text === undefined) return
      throw new Error('The record is corrupt', { cause: new SyntaxError(`Unexpected token in "${text}"`) })
    }
    const corruptible: TokenStore = {
      read: () => check() ?? store.read(),
      write: (next, expected) => check() ?? store.write(next, expected),
    }
    return corruptible
  }

  const failures = await failuresOf(create, { spoil: (store, text) => void texts.set(store, text) })

  expect(failures).toEqual([expect.stringMatching(/quotes nothing/)])
})

it('fails a store whose lock is never granted, in each test that takes it, and hangs in none', async () => {
  const failures = await failuresOf(() => ({ ...memoryStore(), lock: { hold: () => Promise.reject(new Error('not now')) } }))

  expect(failures).toContain('never waits with a write for whoever holds the lock')
  expect(failures).toContainEqual(expect.stringMatching(/no longer wait than `waitTimeout`/))
})

/** The titles of the tests that such a store fails. */
async function failuresOf(create: () => TokenStore, more: Partial<StoreConformanceOptions> = {}): Promise<readonly string[]> {
  const tests = new Map<string, () => Promise<void>>()
  storeConformance({ create, it: (title, test) => void tests.set(title, test), expect, ...more })
  const outcomes = Promise.allSettled([...tests.values()].map((test) => test()))
  await vi.advanceTimersByTimeAsync(60_000)
  const titles = [...tests.keys()]
  return (await outcomes).flatMap(({ status }, n) => (status === 'rejected' ? (titles[n] ?? []) : []))
}

/** Others are promised to see its writes, which take a while. */
function onDisk(): TokenStore {
  const store = memoryStore()
  return {
    ...store,
    coordination: 'machine',
    async write(next, expected) {
      await macrotask()
      return store.write(next, expected)
    },
  }
}

/** The same store, with a `subscribe` that hears nothing. */
function deaf(store: TokenStore): TokenStore {
  return { ...store, subscribe: () => () => {} }
}
