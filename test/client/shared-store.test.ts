import {
  asyncStorageStore,
  memoryStore,
  type StoredSession,
  sameTokens,
  type TokenSet,
  type TokenStore,
  webStorageStore,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { presented, shown, url, watch, world } from './world.ts'

expectQuietProcess()

function storage() {
  const content = new Map<string, string>()
  return {
    getItem: (key: string) => content.get(key) ?? null,
    setItem: (key: string, value: string) => void content.set(key, value),
    removeItem: (key: string) => void content.delete(key),
  }
}

function slowStorage() {
  const { getItem, setItem, removeItem } = storage()
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return {
    getItem: async (key: string) => {
      await turn()
      return getItem(key)
    },
    setItem: async (key: string, value: string) => {
      await turn()
      setItem(key, value)
    },
    removeItem: async (key: string) => {
      await turn()
      removeItem(key)
    },
  }
}

const stores: [string, () => TokenStore][] = [
  ['memoryStore', () => memoryStore()],
  ['webStorageStore', () => webStorageStore('my-app', { storage: storage() })],
  ['asyncStorageStore', () => asyncStorageStore('my-app', slowStorage())],
]

/** A signed-in user in a store; `standing` as in `World.restore`. */
async function signedIn(make: () => TokenStore, standing: 'fresh' | 'refused' | 'expired') {
  const given = world()
  const store = make()
  const tokens = Object.assign(given.restore(standing), { tenant: 'acme' })
  await store.write(tokens, null)
  return { ...given, store, tokens, newClient: () => given.client({ store }) }
}

/** What a store holds, though its type says that it may be a marker. */
const held = async (store: TokenStore): Promise<TokenSet | null> => ((await store.read()) as TokenSet | null | undefined) ?? null

it('two tabs without Web Locks share a store and no lock: the one that is refused reads again before it ends anything (F43, F53, rule 4)', async () => {
  const { store, clock, login, app, newClient, inTime } = await signedIn(() => webStorageStore('my-app', { storage: storage() }), 'refused')
  const client = newClient()
  await quiet()
  const newer = { ...login.signIn(), sessionId: 'session-a' }
  login.next(() => json(400, { error: 'invalid_grant' }))

  const call = client.fetch(url)
  await quiet()
  const sleeping = clock.sleeping
  await store.write(newer, await held(store))
  const response = await inTime(call)

  expect(client.coordination).toBe('client')
  expect(sleeping).toBeGreaterThan(0)
  expect(response.status).toBe(200)
  expect(app.logouts).toEqual([])
})

describe.each(stores)('one client on %s', (_name, make) => {
  it('restores, refreshes, and keeps the result and the fields of the app', async () => {
    const { store, tokens, newClient, login, resource, inTime } = await signedIn(make, 'expired')
    const client = newClient()

    const response = await inTime(client.fetch(url))
    const stored = await held(store)

    expect(response.status).toBe(200)
    expect(stored).toMatchObject({ sessionId: 'session-a', tenant: 'acme' })
    expect(stored?.refreshToken).not.toBe(tokens.refreshToken)
    expect(shown(resource)).toEqual([stored?.accessToken])
    expect(login.refreshes).toBe(1)
  })

  it('holds a sign-in, and nothing after logout', async () => {
    const given = world()
    const store = make()
    const client = given.client({ store })
    const tokens = given.login.signIn()

    await given.inTime(client.setTokens(tokens))
    const signedIn = await held(store)
    await given.inTime(client.logout())

    expect(signedIn).toEqual({ ...tokens, sessionId: expect.any(String) })
    expect(await held(store)).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(given.app.logouts).toHaveLength(1)
  })

  it('holds nothing after a rejected refresh', async () => {
    const { store, tokens, newClient, login, app, inTime } = await signedIn(make, 'refused')
    login.revoke(tokens.accessToken)
    const client = newClient()

    const response = await inTime(client.fetch(url))
    await quiet()

    expect(response.status).toBe(401)
    expect(await held(store)).toBeNull()
    expect(app.logouts.map(({ reason }) => reason)).toEqual(['refresh_rejected'])
  })

  it('goes on where another one left off', async () => {
    const { newClient, login, inTime } = await signedIn(make, 'refused')
    const first = newClient()
    await inTime(first.fetch(url))
    first.dispose()
    login.spoilAccessTokens()

    const second = newClient()
    const response = await inTime(second.fetch(url))

    expect(response.status).toBe(200)
    expect(login.reuses).toBe(0)
    expect(second.state).toMatchObject({ status: 'authenticated', sessionId: 'session-a' })
  })
})

describe.each(stores)('two clients on one %s', (_name, make) => {
  it.each(['refused', 'expired'] as const)('refresh a token that is %s once between them (rule 4, F58, F59)', async (standing) => {
    const { newClient, login, app, inTime } = await signedIn(make, standing)
    const clients = [newClient(), newClient()]

    const responses = await inTime(Promise.all(clients.flatMap((client) => [client.fetch(url), client.fetch(url, { method: 'POST' })])))

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(login.tokenRequests).toHaveLength(1)
    expect(app.logouts).toEqual([])
  })

  it('go through many refreshes without ever presenting a token twice (I2)', async () => {
    const { newClient, login, clock, inTime } = await signedIn(make, 'refused')
    const clients = [newClient(), newClient()]

    for (let round = 0; round < 10; round++) {
      const responses = await inTime(Promise.all(clients.map((client) => client.fetch(url))))
      expect(responses.map(({ status }) => status)).toEqual([200, 200])
      login.spoilAccessTokens()
      await clock.advance(31_000)
    }

    const tokens = await presented(login)
    expect(tokens).toHaveLength(10)
    expect(new Set(tokens).size).toBe(10)
  })

  it('hear of a logout in one: signed_out here, ended_elsewhere there, once each (F36, F106)', async () => {
    const { store, newClient, app, inTime } = await signedIn(make, 'fresh')
    const [one, other] = [newClient(), newClient()]
    await inTime(Promise.all([one.fetch(url), other.fetch(url)]))

    await inTime(one.logout())
    const responses = [await inTime(other.fetch(url)), await inTime(other.fetch(url)), await inTime(one.fetch(url))]
    await quiet()

    expect(responses.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(one.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(other.state).toEqual({ status: 'ended', reason: 'ended_elsewhere' })
    expect(app.logouts.map(({ reason }) => reason).sort()).toEqual(['ended_elsewhere', 'signed_out'])
    expect(await held(store)).toBeNull()
  })

  it('hear of a sign-in in one: the other follows, and fires no onLogout (rule 15)', async () => {
    const { newClient, login, resource, app, inTime } = await signedIn(make, 'fresh')
    const [one, other] = [newClient(), newClient()]
    await inTime(Promise.all([one.fetch(url), other.fetch(url)]))
    const tokens = login.signIn()

    await inTime(one.setTokens(tokens))
    const response = await inTime(other.fetch(url))
    await quiet()

    expect(response.status).toBe(200)
    expect(shown(resource).at(-1)).toBe(tokens.accessToken)
    expect(other.state).toMatchObject({ status: 'authenticated' })
    expect((other.state as { sessionId?: string }).sessionId).toBe((one.state as { sessionId?: string }).sessionId)
    expect(app.logouts).toEqual([])
  })

  it('do not let a refresh of one undo a logout in the other (F38, I10)', async () => {
    const { store, newClient, login, hold, app, clock, inTime } = await signedIn(make, 'refused')
    const [one, other] = [newClient(), newClient()]
    await quiet()
    const release = hold(login.tokenEndpoint)
    const call = watch(one.fetch(url))
    await quiet()
    expect(login.refreshes).toBe(1)

    await inTime(other.logout())
    release()
    await clock.advance(15_000)

    expect(call.value?.status).toBe(401)
    expect(await held(store)).toBeNull()
    expect([one.state.status, other.state.status]).toEqual(['ended', 'ended'])
    expect(app.logouts.map(({ reason }) => reason).sort()).toEqual(['ended_elsewhere', 'signed_out'])
  })

  it('do not let a refresh of one overwrite a sign-in in the other (F40, rule 3)', async () => {
    const { store, newClient, login, hold, app, clock, inTime } = await signedIn(make, 'refused')
    const [one, other] = [newClient(), newClient()]
    await quiet()
    const release = hold(login.tokenEndpoint)
    const call = watch(one.fetch(`${url}/a`))
    await quiet()
    const tokens = login.signIn()

    await inTime(other.setTokens(tokens))
    release()
    await clock.advance(15_000)

    expect(call.value?.status).toBe(401)
    expect(await held(store)).toMatchObject(tokens)
    expect(app.logouts).toEqual([])
    expect((await inTime(one.fetch(url))).status).toBe(200)
  })

  it('end together where the server rejects the refresh: once each, one question', async () => {
    const { tokens, newClient, login, app, inTime } = await signedIn(make, 'refused')
    login.revoke(tokens.accessToken)
    const clients = [newClient(), newClient()]

    const responses = await inTime(Promise.all(clients.map((client) => client.fetch(url))))
    for (const client of clients) await inTime(client.fetch(url))
    await quiet()

    expect(responses.map(({ status }) => status)).toEqual([401, 401])
    expect(clients.map(({ state }) => state.status)).toEqual(['ended', 'ended'])
    expect(app.logouts).toHaveLength(2)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('of which one is disposed of leave the other alone (F59)', async () => {
    const { newClient, login, inTime } = await signedIn(make, 'refused')
    const [one, other] = [newClient(), newClient()]
    await quiet()

    one.dispose()
    const response = await inTime(other.fetch(url))

    expect(response.status).toBe(200)
    expect(login.refreshes).toBe(1)
  })

  it('with different client ids both keep working as long as the server lets them (F42)', async () => {
    const { store, client, login, app, inTime } = await signedIn(make, 'fresh')
    const clients = [client({ store, clientId: 'web' }), client({ store, clientId: 'mobile' })]
    await inTime(Promise.all(clients.map((each) => each.fetch(url))))

    for (let round = 0; round < 3; round++) {
      for (const each of clients) {
        login.spoilAccessTokens()
        expect((await inTime(each.fetch(url))).status).toBe(200)
      }
    }

    expect(login.reuses).toBe(0)
    expect(app.logouts).toEqual([])
  })
})

describe('a store that misbehaves', () => {
  const honest = (initial: StoredSession) => memoryStore(initial)

  it.each<[string, (store: TokenStore) => Partial<TokenStore>]>([
    [
      'throws when it writes',
      () => ({
        write: () => {
          throw new Error('quota exceeded')
        },
      }),
    ],
    ['rejects when it writes', () => ({ write: () => Promise.reject(new Error('quota exceeded')) })],
    ['hangs when it writes', () => ({ write: () => new Promise(() => {}) })],
    ['says true and writes nothing', () => ({ write: () => true })],
    ['says false and writes nothing', () => ({ write: () => false })],
    [
      'writes and then throws',
      (store) => ({
        write: async (next, expected) => {
          await store.write(next, expected)
          throw new Error('connection lost')
        },
      }),
    ],
    [
      'writes and then says false',
      (store) => ({
        write: async (next, expected) => {
          await store.write(next, expected)
          return false
        },
      }),
    ],
    [
      'writes and then hangs',
      (store) => ({
        write: async (next, expected) => {
          await store.write(next, expected)
          return new Promise<boolean>(() => {})
        },
      }),
    ],
  ])('and %s costs no session and presents no consumed token (F32, F34, I2)', async (_what, spoil) => {
    const { restore, login, app, clock, inTime, client: newClient } = world()
    const store = honest(restore('refused'))
    const { lock: _, subscribe: __, ...plain } = store
    const client = newClient({ store: { ...plain, ...spoil(store) } })

    for (let round = 0; round < 4; round++) {
      expect((await inTime(client.fetch(url, { method: 'POST', body: 'x' }))).status).toBe(200)
      login.spoilAccessTokens()
      await clock.advance(31_000)
    }

    const tokens = await presented(login)
    expect(new Set(tokens).size).toBe(tokens.length)
    expect([login.reuses, app.logouts]).toEqual([0, []])
    expect(client.state.status).toBe('authenticated')
  })

  it.each<[string, Partial<TokenStore>]>([
    [
      'throws',
      {
        read: () => {
          throw new Error('blocked')
        },
      },
    ],
    ['rejects', { read: () => Promise.reject(new Error('blocked')) }],
    ['hangs', { read: () => new Promise(() => {}) }],
    ['gives a string', { read: () => 'corrupt' as unknown as TokenSet }],
    ['gives an empty object', { read: () => ({}) as TokenSet }],
  ])(
    'and %s when it is read rejects that call with StorageError; nobody is signed out, nothing overwritten (F35, F44)',
    async (_what, spoil) => {
      const { restore, resource, app, inTime, client: newClient } = world()
      const tokens = restore('fresh')
      const store = honest(tokens)
      let bad = false
      const writes: unknown[] = []
      const client = newClient({
        store: {
          read: () => (bad ? spoil.read?.() : store.read()),
          write: (next, expected) => {
            writes.push(next)
            return store.write(next, expected)
          },
        },
      })
      await inTime(client.fetch(url))
      const before = client.state

      bad = true
      const [outcome] = await inTime(Promise.allSettled([client.fetch(url)]))
      bad = false
      const response = await inTime(client.fetch(url))

      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'StorageError', code: 'ERR_STORAGE' } })
      expect(response.status).toBe(200)
      expect(client.state).toBe(before)
      expect(resource.requests).toHaveLength(2)
      expect([writes, app.logouts]).toEqual([[], []])
    },
  )

  it.each(['at once', 'later'])('that answers %s and hints a thousand times is not read a thousand times (A43)', async (when) => {
    const { restore, app, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const listeners = new Set<() => void>()
    let reads = 0
    const client = newClient({
      store: {
        read: () => {
          reads++
          return when === 'at once' ? tokens : Promise.resolve(tokens)
        },
        write: () => true,
        subscribe: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
    })
    await inTime(client.fetch(url))
    const before = reads

    for (let hint = 0; hint < 1000; hint++) for (const listener of listeners) listener()
    await quiet()

    expect(listeners.size).toBeGreaterThan(0)
    expect(reads - before).toBeLessThan(10)
    expect(client.state.status).toBe('authenticated')
    expect(app.logouts).toEqual([])
  })

  it('and can give no hints is read at each call all the same (F55)', async () => {
    const { restore, app, resource, inTime, client: newClient } = world()
    restore('fresh')
    const subscribe = () => {
      throw new DOMException('denied', 'SecurityError')
    }

    const client = newClient({ store: { read: () => app.tokens, write: () => true, subscribe } })
    await inTime(client.fetch(url))

    expect(shown(resource)).toEqual([app.tokens?.accessToken])
  })

  it('and hints is heard without a call: another session shows, a logout is told', async () => {
    const { restore, login, app, client: newClient } = world()
    let stored: TokenSet | null = restore('fresh')
    const listeners = new Set<() => void>()
    const hint = async () => {
      for (const listener of listeners) listener()
      await quiet()
    }
    const client = newClient({
      store: {
        read: () => stored,
        write: () => true,
        subscribe: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
    })
    await quiet()

    stored = { ...login.signIn(), sessionId: 'session-b' }
    await hint()
    const replaced = client.state
    stored = null
    await hint()

    expect(replaced).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
    expect(client.state).toEqual({ status: 'ended', reason: 'ended_elsewhere' })
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'ended_elsewhere', sessionId: 'session-b' })])
  })

  it('and hints of a logout elsewhere before it says that a sign-in is written is heard (I5, rule 15)', async () => {
    const { app, login, inTime, client: newClient } = world()
    const written = deferred<boolean>()
    let cell: StoredSession | null = null
    let hint = (): void => {}
    const client = newClient({
      store: {
        read: async () => cell,
        write: (next) => {
          cell = next
          return written.promise
        },
        subscribe: (listener) => {
          hint = listener
          return () => {}
        },
      },
    })
    await quiet()
    const signIn = inTime(client.setTokens(login.signIn()))
    await quiet()

    cell = null
    hint()
    await quiet()
    written.resolve(true)
    await signIn
    await quiet()

    expect(client.state).toMatchObject({ status: 'ended', reason: 'ended_elsewhere' })
    expect(app.logouts).toMatchObject([{ reason: 'ended_elsewhere' }])
  })

  it('and answers a read at once shows whoever signed in again the moment a sign-in was written (rule 15)', async () => {
    const { restore, login, inTime, client: newClient } = world()
    const before = restore('fresh')
    const written = deferred<boolean>()
    const cell: StoredSession | null = before
    let hint = (): void => {}
    const client = newClient({
      store: {
        read: () => cell,
        write: () => written.promise,
        subscribe: (listener) => {
          hint = listener
          return () => {}
        },
      },
    })
    await quiet()
    const signIn = inTime(client.setTokens(login.signIn()))
    await quiet()

    hint()
    await quiet()
    written.resolve(true)
    await signIn
    await quiet()

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: before.sessionId })
    expect(cell).toBe(before)
  })

  it('and goes back to an older pair is not written for ever by clients that saw its pairs in another order (I12)', async () => {
    const { app, login, client: newClient } = world()
    const [first, second] = [login.signIn(), login.signIn()].map((tokens) => ({ ...tokens, sessionId: 'a' }))
    const listeners = new Set<() => void>()
    let cell: StoredSession | null = null
    let writes = 0
    const show = (next: StoredSession | null): void => {
      cell = next
      // Who came last hears first, and has taken it up before the other one writes.
      for (const listener of [...listeners].reverse()) setImmediate(listener)
    }
    const store: TokenStore = {
      read: async () => cell,
      write: async (next, expected) => {
        if (!sameTokens(cell, expected)) return false
        if (++writes < 100) show(next)
        return true
      },
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    show(first!)
    const one = newClient({ store })
    await quiet()
    show(second!)
    await quiet()
    const other = newClient({ store })
    await quiet()

    show(first!)
    for (let turn = 0; turn < 200; turn++) await quiet()

    expect(writes).toBeGreaterThan(0)
    expect(writes).toBeLessThan(50)
    expect([one, other].map(({ state }) => state.status)).toEqual(['authenticated', 'authenticated'])
    expect(app.logouts).toEqual([])
  })

  it('and answers twice, or hints in the middle of its own write, settles once', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    let stored: StoredSession | null = restore('refused')
    const listeners = new Set<() => void>()
    const client = newClient({
      store: {
        read: () =>
          new Promise((resolve) => {
            resolve(stored)
            resolve(null)
          }),
        write: async (next) => {
          for (const listener of listeners) listener()
          stored = next
          for (const listener of listeners) listener()
          return true
        },
        subscribe: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
    })

    const responses = await inTime(Promise.all([client.fetch(url), client.fetch(url)]))
    await quiet()

    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(login.refreshes).toBe(1)
    expect(app.logouts).toEqual([])
  })

  it('and is at fault while the server says invalid_grant is read again, and the session stays if it moved (F10, F44)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    let stored: StoredSession | null = restore('refused')
    let faults = 0
    const client = newClient({
      store: {
        read: () => {
          if (faults-- > 0) throw new Error('busy')
          return stored
        },
        write: (next) => {
          stored = next
          return true
        },
      },
    })
    await quiet()
    login.next(() => {
      stored = { ...login.signIn(), sessionId: 'session-a' }
      faults = 1
      return json(400, { error: 'invalid_grant' })
    })

    await Promise.allSettled([inTime(client.fetch(url))])
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(app.logouts).toEqual([])
  })
})
