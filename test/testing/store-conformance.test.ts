import { type Lock, localLock, memoryStore, type StoredSession, sameTokens, type TokenSet, type TokenStore } from 'authenticated-client'
import { type StoreConformanceOptions, storeConformance } from 'authenticated-client/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/platform/clock'
import { inTurn } from '../../src/platform/in-turn'
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

it('fails a store that writes over the fields of the session before, and keeps those that the next one lacks', async () => {
  const failures = await failuresOf(() => {
    const store = memoryStore()
    return { ...store, write: (next, expected) => store.write(next && { ...expected, ...next }, expected) }
  })

  expect(failures).toEqual([expect.stringMatching(/keeps nothing of the session before/)])
})

it('fails a store that keeps access and refresh token in two places, and shows one of them too early', async () => {
  const failures = await failuresOf(
    () => {
      const takeTurn = inTurn()
      let accessToken: string | undefined
      let rest: object = {}
      const read = (): TokenSet | null => (accessToken === undefined ? null : { ...rest, accessToken })
      return {
        read,
        write: (next, expected) =>
          takeTurn(async () => {
            if (!sameTokens(read(), expected)) return false
            accessToken = (next as TokenSet | null)?.accessToken
            await macrotask()
            rest = { ...next }
            return true
          }),
      }
    },
    { lacks: ['markers'] },
  )

  expect(failures).toEqual([expect.stringMatching(/never parts of both/)])
})

it('fails a store that compares with what it read last, rather than with what is there (F43)', async () => {
  const disks = new WeakMap<TokenStore, TokenStore>()
  const open = (disk: TokenStore): TokenStore => {
    let seen: StoredSession | null | undefined
    const read = async (): Promise<StoredSession | null | undefined> => {
      seen = await disk.read()
      return seen
    }
    const store: TokenStore = {
      read,
      async write(next, expected) {
        if (!sameTokens(seen ?? (await read()), expected)) return false
        seen = next
        return disk.write(next, (await disk.read()) ?? null)
      },
    }
    disks.set(store, disk)
    return store
  }

  const failures = await failuresOf(() => open(memoryStore()), {
    lacks: ['atomic writes'],
    reopen: (store) => open(disks.get(store) as TokenStore),
  })

  expect(failures).toEqual([expect.stringMatching(/sees a foreign write before a swap/)])
})

it('fails a store that hints before what it tells of can be read, and not again', async () => {
  const failures = await failuresOf(() => {
    const [store, early] = [memoryStore(), memoryStore()]
    return {
      ...store,
      subscribe: (listener) => early.subscribe?.(listener) as () => void,
      async write(next, expected) {
        await early.write(next, (await early.read()) ?? null)
        await macrotask()
        return store.write(next, expected)
      },
    }
  })

  expect(failures).toEqual(['shows a hinted subscriber what was written'])
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
  [
    'runs a task again that failed',
    (hold) => (name, task, how) => hold(name, (lost) => task(lost).catch(() => task(lost)), how),
    /rather than run it again/,
  ],
  [
    'lets the next one in once the caller has left, though the task goes on',
    (hold) => (name, task, how) =>
      hold(
        name,
        (lost) => {
          const left = new Promise<never>((_, reject) => how.signal?.addEventListener('abort', () => reject(how.signal?.reason)))
          return Promise.race([task(lost), left])
        },
        how,
      ),
    /leaves a task alone/,
  ],
  [
    'lets the next one in after `waitTimeout`, though the task goes on',
    (hold) => (name, task, how) =>
      hold(name, (lost) => Promise.race([task(lost), new Promise<never>((_, reject) => setTimeout(reject, how.waitTimeout))]), how),
    /leaves a task alone/,
  ],
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

it('fails a store that says its lock reaches the whole machine, where each opened store has one of its own that takes a while', async () => {
  const disks = new WeakMap<TokenStore, TokenStore>()
  const open = (disk: TokenStore): TokenStore => {
    const own = localLock()
    const lock: Lock = {
      hold: (name, task, how) =>
        own.hold(
          name,
          async (lost) => {
            await systemClock.sleep(5)
            return task(lost)
          },
          how,
        ),
    }
    const store: TokenStore = { ...disk, coordination: 'machine', lock }
    disks.set(store, disk)
    return store
  }

  const failures = await failuresOf(() => open(memoryStore()), { reopen: (store) => open(disks.get(store) as TokenStore) })

  expect(failures).toEqual([expect.stringMatching(/reaches the second store/)])
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
