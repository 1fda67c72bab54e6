import { type AuthenticatedClientOptions, type Lock, memoryStore, type TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { jwt, presented, rejection, shown, url, watch, world } from './world.ts'

expectQuietProcess()

describe('setTokens', () => {
  it('begins a session with a sessionId of its own (rule 2)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()
    await quiet()
    const tokens = login.signIn()

    await inTime(client.setTokens(tokens))

    expect(app.saves).toEqual([{ next: { ...tokens, sessionId: expect.stringMatching(/./) }, previous: null }])
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: app.saves[0]?.next.sessionId })
  })

  it('treats an empty sessionId as none', async () => {
    const { client: newClient } = world()
    const client = newClient()

    await client.setTokens({ accessToken: 'a', sessionId: '' })

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: expect.stringMatching(/./) })
  })

  it('takes the row of a table for the marker of a cookie session, where the column for tokens is null', async () => {
    const { client: newClient } = world()
    const client = newClient({ store: memoryStore() })

    await client.setTokens({ accessToken: null, sessionId: 's', counter: 0 } as never)

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 's' })
  })

  it('gives every sign-in another sessionId (rule 2)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()

    for (let time = 0; time < 5; time++) await inTime(client.setTokens(login.signIn()))

    expect(new Set(app.saves.map(({ next }) => next.sessionId)).size).toBe(5)
  })

  it('gives another sessionId to a sign-in at another client (rule 2)', async () => {
    const [one, other] = [world(1), world(2)]

    await one.inTime(one.client().setTokens(one.login.signIn()))
    await other.inTime(other.client().setTokens(other.login.signIn()))

    expect(one.app.saves[0]?.next.sessionId).not.toBe(other.app.saves[0]?.next.sessionId)
  })

  it('saves once, and passes on what was there before', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const before = restore('fresh')
    const client = newClient()
    await quiet()

    const tokens = login.signIn()
    await inTime(client.setTokens(tokens))

    expect(app.saves).toHaveLength(1)
    expect(app.saves[0]).toMatchObject({ next: tokens, previous: before })
  })

  it.each([
    ['while restoring', false],
    ['where a call comes first', true],
  ])('saves once, with the sessionId, what the app shows already, %s (rule 2)', async (_, isRestored) => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()
    if (isRestored) await quiet()

    app.tokens = login.signIn()
    const signIn = client.setTokens(app.tokens)
    await inTime(client.fetch(url))
    await inTime(signIn)

    expect(app.saves).toHaveLength(1)
    expect(client.state).toMatchObject({ sessionId: app.tokens?.sessionId ?? 'none' })
  })

  it('is not lost where the app shows the new tokens already, and an earlier sign-out is slow to clear (rule 3)', async () => {
    const { login, restore, app, inTime, client: newClient } = world()
    const clearing = deferred()
    restore('fresh')
    const client = newClient({
      async clearTokens() {
        await clearing.promise
        app.tokens = null
      },
    })
    await inTime(client.fetch(url))
    const signOut = client.logout()
    await quiet()

    const tokens = login.signIn()
    app.tokens = tokens
    const signIn = client.setTokens(tokens)
    await inTime(client.fetch(url))
    clearing.resolve()
    await inTime(Promise.all([signOut, signIn]))
    await inTime(client.fetch(url))

    expect(app.tokens).toMatchObject(tokens)
    expect(app.logouts).toMatchObject([{ reason: 'signed_out' }])
  })

  it('while restoring is not undone by a call that still finds the previous session of the same user in the store (I10)', async () => {
    const { app, inTime, client: newClient } = world()
    const before = { accessToken: jwt({ sub: 'ada', jti: '1' }), refreshToken: 'before' }
    const after = { accessToken: jwt({ sub: 'ada', jti: '2' }), refreshToken: 'after' }
    const saving = deferred()
    app.tokens = before
    const client = newClient({
      getTokens: async () => app.tokens,
      async saveTokens(next) {
        await saving.promise
        app.tokens = next
      },
    })

    const signIn = client.setTokens(after)
    const token = client.getAccessToken()
    await quiet()
    saving.resolve()
    await inTime(signIn)

    expect(await token).toBe(after.accessToken)
    expect(app.tokens).toMatchObject(after)
  })

  it('that is on its way to a store which cannot compare stays in force: it will land, whoever signs in elsewhere (rule 3)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const landing = deferred()
    const client = newClient({
      saveTokens: async (next) => {
        await landing.promise
        app.tokens = next
      },
    })
    await inTime(client.fetch(url))
    const signedIn = client.setTokens({ ...login.signIn(), sessionId: 'here' })
    await quiet()
    // Each call reads first what the app holds.
    await inTime(client.fetch(url))
    app.tokens = { ...login.signIn(), sessionId: 'elsewhere' }

    const response = await inTime(client.fetch(url))

    expect([response.status, client.state]).toMatchObject([200, { sessionId: 'here' }])
    landing.resolve()
    await inTime(Promise.allSettled([signedIn]))
    expect([app.tokens, client.state]).toMatchObject([{ sessionId: 'here' }, { sessionId: 'here' }])
    expect(app.logouts).toEqual([])
  })

  it.each(['was read', 'was read, which a call has seen meanwhile'])(
    'whose save the store delays does not overwrite a sign-in made elsewhere since the store %s (I10, rule 15)',
    async (since) => {
      const { login, app, inTime, client: newClient } = world()
      const store = memoryStore()
      const hanging = deferred()
      let hangs = false
      const client = newClient({
        store: {
          read: async () => {
            if (hangs) await hanging.promise
            hangs = false
            return store.read()
          },
          write: async (next, expected) => store.write(next, expected),
        },
      })
      await inTime(client.fetch(url))
      hangs = true
      const signedIn = client.setTokens({ ...login.signIn(), sessionId: 'here' })
      await quiet()
      hangs = false
      login.spoilAccessTokens()
      // A call that is refused reads the store, which holds nobody yet.
      await inTime(client.fetch(url))
      store.write({ ...login.signIn(), sessionId: 'elsewhere' }, null)
      const call = since.endsWith('meanwhile') ? client.refresh() : undefined
      await quiet()
      hanging.resolve()

      await inTime(Promise.allSettled([signedIn, call]))

      expect([store.read(), client.state]).toMatchObject([{ sessionId: 'elsewhere' }, { sessionId: 'elsewhere' }])
      expect(app.logouts).toEqual([])
    },
  )

  const elsewhere = { accessToken: 'elsewhere', refreshToken: 'elsewhere', sessionId: 'elsewhere' }

  it.each([
    ['sign-out', 'said that it has it', null],
    ['sign-in', 'said that it has it', elsewhere],
    ['sign-in', 'failed, though it has it', elsewhere],
  ])('undoes no %s made elsewhere after it, where it was refreshed before the store %s (I10, rule 3)', async (_, answer, after) => {
    const { login, inTime, client: newClient } = world()
    const store = memoryStore()
    const answering = deferred()
    let writes = 0
    const client = newClient({
      store: {
        read: () => store.read(),
        async write(next, expected) {
          const isTaken = store.write(next, expected)
          if (writes++ === 0) await answering.promise
          return isTaken
        },
      },
    })
    await quiet()
    const signedIn = client.setTokens({ ...login.signIn(), sessionId: 'here' })
    await quiet()
    const refreshed = client.refresh()
    await quiet()
    store.write(after, store.read() as TokenSet)
    if (answer.startsWith('failed')) answering.reject(new Error('cut'))
    else answering.resolve()

    await inTime(Promise.allSettled([signedIn, refreshed]))

    expect(store.read()).toEqual(after)
    expect(client.state).toMatchObject(after ? { sessionId: 'elsewhere' } : { status: 'ended', reason: 'ended_elsewhere' })
  })

  it('is not written over what another tab has made of it by the time that it is read back (I2, rule 3)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const signedIn = { ...login.signIn(), sessionId: 'here' }
    const rotated = { ...login.signIn(), sessionId: 'here' }
    const saved: TokenSet[] = []
    const client = newClient({
      saveTokens: async (next) => {
        saved.push(next)
        app.tokens = saved.length === 1 ? rotated : next
      },
    })
    await inTime(client.fetch(url))

    await inTime(client.setTokens(signedIn))

    expect(saved).toEqual([signedIn])
    expect(app.tokens).toBe(rotated)
    expect(await client.getAccessToken()).toBe(rotated.accessToken)
  })

  it('has saved when it fulfils', async () => {
    const { login, clock, inTime, client: newClient } = world()
    const saving = deferred()
    const saved: TokenSet[] = []
    const client = newClient({
      getTokens: () => saved.at(-1),
      saveTokens: async (next) => {
        await saving.promise
        saved.push(next)
      },
    })
    await quiet()

    const signIn = watch(client.setTokens(login.signIn()))
    await clock.advance(500)
    const meanwhile = signIn.state
    saving.resolve()
    await quiet()

    expect(meanwhile).toBe('pending')
    expect(signIn.state).toBe('fulfilled')
    expect((await inTime(client.fetch(url))).status).toBe(200)
  })

  it('sends the next call with the new tokens', async () => {
    const { login, resource, inTime, client: newClient } = world()
    const client = newClient()
    await client.fetch(url)
    const tokens = login.signIn()

    await inTime(client.setTokens(tokens))
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual([null, tokens.accessToken])
  })

  it('keeps the session where the set carries the current sessionId', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()

    await inTime(client.setTokens({ ...login.signIn(), sessionId: 'session-a' }))

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-a' })
    expect(app.saves.map(({ next }) => next.sessionId)).toEqual(['session-a'])
    expect(app.logouts).toEqual([])
  })

  it('begins a new session where the set carries another sessionId', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()

    await inTime(client.setTokens({ ...login.signIn(), sessionId: 'session-b' }))

    expect(client.state).toMatchObject({ status: 'authenticated' })
    expect(client.state).not.toMatchObject({ sessionId: 'session-a' })
    expect(app.logouts).toEqual([])
  })

  it('fires no onLogout for the session that it replaces (rule 15)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await inTime(client.fetch(url))

    await inTime(client.setTokens(login.signIn()))
    await inTime(client.fetch(url))
    await quiet()

    expect(app.logouts).toEqual([])
  })

  it('leaves the last of several at once in the store and in force', async () => {
    const { login, app, resource, inTime, client: newClient } = world()
    const client = newClient()
    await quiet()
    const sets = [login.signIn(), login.signIn(), login.signIn()]

    await inTime(Promise.all(sets.map((tokens) => client.setTokens(tokens))))
    await inTime(client.fetch(url))

    expect(app.tokens).toMatchObject(sets[2] as TokenSet)
    expect(client.state).toMatchObject({ sessionId: app.tokens?.sessionId })
    expect(shown(resource)).toEqual([sets[2]?.accessToken])
  })

  it('keeps fields of the app, through refreshes too', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()
    const tokens = { ...login.signIn(), idToken: 'i', scope: 'a b', tenant: 'acme', nested: { deep: [1, null] } }

    await inTime(client.setTokens(tokens))
    const afterSignIn = app.tokens
    await inTime(client.refresh())

    const fields = { idToken: 'i', scope: 'a b', tenant: 'acme', nested: { deep: [1, null] } }
    expect(afterSignIn).toMatchObject(fields)
    expect(app.tokens).toMatchObject(fields)
    expect(app.tokens?.accessToken).not.toBe(tokens.accessToken)
  })

  it('takes frozen objects, and changes no object of the app (F37)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()
    const tokens: TokenSet = Object.freeze({ ...login.signIn(), tenant: Object.freeze({ name: 'acme' }) })
    const copy = structuredClone(tokens)

    await inTime(client.setTokens(tokens))
    app.tokens = Object.freeze({ ...app.tokens }) as TokenSet
    const stored = structuredClone(app.tokens)
    const held = app.tokens
    await inTime(client.refresh())
    await inTime(client.fetch(url))

    expect(tokens).toEqual(copy)
    expect(held).toEqual(stored)
  })

  it('takes an instance of a class with getters (F37)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()
    const tokens = login.signIn()
    class Tokens implements TokenSet {
      readonly tenant = 'acme'
      get accessToken(): string {
        return tokens.accessToken
      }
      get refreshToken(): string | undefined {
        return tokens.refreshToken
      }
    }

    await inTime(client.setTokens(new Tokens()))
    const response = await inTime(client.fetch(url))

    const { accessToken, refreshToken } = tokens
    expect(response.status).toBe(200)
    expect(app.tokens).toEqual({ accessToken, refreshToken, tenant: 'acme', sessionId: expect.any(String) })
  })

  it('is not affected by what the app later does to its object', async () => {
    const { login, resource, inTime, client: newClient } = world()
    const saved: TokenSet[] = []
    const client = newClient({
      getTokens: () => saved.at(-1) && { ...(saved.at(-1) as TokenSet) },
      saveTokens: (next) => void saved.push({ ...next }),
    })
    const tokens = login.signIn()
    const { accessToken } = tokens

    await inTime(client.setTokens(tokens))
    Object.assign(tokens, { accessToken: 'changed', refreshToken: 'changed' })
    await inTime(client.fetch(url))

    expect(shown(resource)).toEqual([accessToken])
  })

  it('starts again after a session that ended (rule 15)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await inTime(client.logout())
    const tokens = login.signIn()

    await inTime(client.setTokens(tokens))

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: app.tokens?.sessionId })
    expect(app.saves.at(-1)).toMatchObject({ next: tokens, previous: null })
    expect((await inTime(client.fetch(url))).status).toBe(200)
  })

  it('takes tokens without a refresh token', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()
    const { accessToken } = login.signIn()

    await inTime(client.setTokens({ accessToken }))

    expect((await inTime(client.fetch(url))).status).toBe(200)
    expect(app.tokens).toEqual({ accessToken, sessionId: expect.any(String) })
  })
})

it('setTokens takes a small expiry where the client’s clock is as early: only by that clock can seconds be told from milliseconds', async () => {
  const { clock, client: newClient } = world()
  const now = 2e9
  const client = newClient({ clock: { ...clock, now: () => now } })

  await client.setTokens({ accessToken: 'a', refreshToken: 'r', expiresAt: now + 60_000 })

  expect(client.state).toMatchObject({ expiresAt: now + 60_000 })
})

describe('setTokens refuses', () => {
  const secret = 'canary-of-bad-input'

  it.each(['refreshToken', 'tokenType', 'scope', 'idToken', 'sessionId'])('a %s that is no string: nobody is signed in', async (field) => {
    const { app, inTime, client: newClient } = world()
    const client = newClient()

    const error = await inTime(rejection(client.setTokens({ accessToken: 'access', [field]: 4_215_163 })))

    expect(error).toEqual(new TypeError(`${field} must be a string`))
    expect([client.state.status, app.saves]).toEqual(['anonymous', []])
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', secret],
    ['an array', [secret]],
    ['no access token', { refreshToken: secret }],
    ['an empty access token', { accessToken: '', refreshToken: secret }],
    ['an access token that is no string', { accessToken: { token: secret } }],
    ['an access token with a line break (A34)', { accessToken: `${secret}\r\nX-Injected: 1` }],
    ['an access token with a space', { accessToken: `Bearer ${secret}` }],
    ['an access token beyond ASCII', { accessToken: `${secret}é` }],
    ['a refresh token that is no string', { accessToken: 'a', refreshToken: { token: secret } }],
    ['an expiry that is no number', { accessToken: 'a', expiresAt: secret }],
    ['an expiry in seconds, as OAuth and oidc-client have it', { accessToken: 'a', refreshToken: secret, expiresAt: 1_768_478_400 }],
    ['an expiry that is NaN', { accessToken: 'a', expiresAt: Number.NaN }],
  ])('%s with a TypeError that does not show it (rule 13)', async (_what, bad) => {
    const { restore, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()
    const before = client.state

    const error = await rejection(inTime(client.setTokens(bad as TokenSet)))
    await quiet()

    expect(error).toBeInstanceOf(TypeError)
    expect((error as TypeError).stack).not.toContain(secret)
    expect(String((error as TypeError).cause)).not.toContain(secret)
    expect((error as TypeError).message.length).toBeGreaterThan(10)
    expect(client.state).toBe(before)
    expect([app.saves, app.logouts]).toEqual([[], []])
    expect((await inTime(client.fetch(url))).status).toBe(200)
  })
})

describe('another user who signs in during a refresh', () => {
  /** A's call has its 401, A's tokens are rotated at the server, the answer is on its way: B signs in. */
  async function duringRefresh(standing: 'refused' | 'expired', options: AuthenticatedClientOptions = {}, fields: Partial<TokenSet> = {}) {
    const given = world()
    const a = given.restore(standing, fields)
    const client = given.client(options)
    await quiet()
    const release = given.hold(given.login.tokenEndpoint)
    const call = watch(client.fetch(`${url}/a`, { method: 'POST', body: 'by a' }))
    await quiet()
    expect(given.login.refreshes).toBe(1)
    const b = given.login.signIn()
    return { ...given, client, a, b, call, release }
  }

  it('does not wait for it: A keeps nothing, B everything (F40, A39, rule 3)', async () => {
    const { client, a, b, call, release, app, login, resource, clock, inTime } = await duringRefresh('refused')

    const signIn = watch(client.setTokens(b))
    await quiet()
    expect(signIn.state).toBe('fulfilled')
    const ofB = client.state
    const responseOfB = await inTime(client.fetch(`${url}/b`))
    release()
    await clock.advance(5_000)

    expect(call.value?.status).toBe(401)
    expect(await call.value?.text()).toBe('refused')
    expect(shown(resource, `${url}/a`)).toEqual([a.accessToken])
    expect(responseOfB.status).toBe(200)
    expect(shown(resource, `${url}/b`)).toEqual([b.accessToken])
    expect(app.saves.map(({ next }) => next.accessToken)).toEqual([b.accessToken])
    expect(app.tokens).toMatchObject(b)
    expect(client.state).toBe(ofB)
    expect(app.logouts).toEqual([])
    expect(await presented(login)).toEqual([a.refreshToken])
  })

  it("has A's late rotation revoked, and B's tokens not (rule 3)", async () => {
    const { client, a, b, release, login, clock, inTime } = await duringRefresh('refused')

    await inTime(client.setTokens(b))
    release()
    await clock.advance(5_000)

    expect(login.revoked.length).toBeGreaterThan(0)
    for (const token of login.revoked) {
      expect(login.isSameSession(token, a.refreshToken)).toBe(true)
      expect(token).not.toBe(a.refreshToken)
    }
    expect((await inTime(client.fetch(url))).status).toBe(200)
    await inTime(client.refresh())
    expect(login.reuses).toBe(0)
  })

  it('has the late rotation not revoked where B is A again: a server that keeps one grant for each user would end both (RFC 7009 §2.1)', async () => {
    const { client, b, release, login, clock } = await duringRefresh('refused', {}, { idToken: jwt({ sub: 'ada', sid: 'first' }) })

    await client.setTokens({ ...b, idToken: jwt({ sub: 'ada', sid: 'second' }) })
    release()
    await clock.advance(5_000)

    expect([login.refreshes, login.revoked]).toEqual([1, []])
  })

  it("rejects A's call that was not sent yet with SessionChangedError (F40)", async () => {
    const { client, b, call, release, resource, clock, inTime, app } = await duringRefresh('expired')

    await inTime(client.setTokens(b))
    release()
    await clock.advance(5_000)

    expect(call.reason).toMatchObject({ name: 'SessionChangedError', code: 'ERR_SESSION_CHANGED' })
    expect(shown(resource)).toEqual([])
    expect(app.logouts).toEqual([])
  })

  it.each(['getAccessToken', 'refresh'] as const)("never gives B's token to A's %s (A39)", async (method) => {
    const { restore, login, hold, clock, inTime, client: newClient } = world()
    restore('expired')
    const client = newClient()
    await quiet()
    const release = hold(login.tokenEndpoint)
    const call = watch<unknown>(client[method]())
    await quiet()

    await inTime(client.setTokens(login.signIn()))
    release()
    await clock.advance(5_000)

    expect(call.reason).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
  })

  it('is not signed out by the server that rejects A (F40, rule 3)', async () => {
    const given = world()
    const a = given.restore('refused')
    given.login.revoke(a.accessToken)
    const client = given.client()
    await quiet()
    const release = given.hold(given.login.tokenEndpoint)
    const call = given.inTime(client.fetch(`${url}/a`))
    await quiet()
    const b = given.login.signIn()

    await given.inTime(client.setTokens(b))
    release()
    const response = await call

    expect(response.status).toBe(401)
    expect(client.state.status).toBe('authenticated')
    expect(given.app.tokens).toMatchObject(b)
    expect([given.app.logouts, given.app.clears]).toEqual([[], 0])
    expect(shown(given.resource, `${url}/a`)).toEqual([a.accessToken])
  })

  it('may do so in another tab, too: seen through getTokens (F40, rule 15)', async () => {
    const { client, a, b, call, release, app, resource, clock, inTime } = await duringRefresh('refused')

    app.tokens = { ...b, sessionId: 'session-b' }
    release()
    await clock.advance(5_000)
    const response = await inTime(client.fetch(`${url}/b`))

    expect(call.value?.status).toBe(401)
    expect(shown(resource, `${url}/a`)).toEqual([a.accessToken])
    expect(response.status).toBe(200)
    expect(app.saves).toEqual([])
    expect(app.tokens).toEqual({ ...b, sessionId: 'session-b' })
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
    expect(app.logouts).toEqual([])
  })

  it.each<[string, (given: ReturnType<typeof world>, signIn: TokenSet, set: (tokens: TokenSet) => Promise<void>) => Promise<void>]>([
    ['here', (given, tokens, set) => given.inTime(set(tokens))],
    [
      'in another tab',
      async ({ app }, tokens) => {
        app.tokens = { ...tokens, sessionId: 'session-b' }
      },
    ],
  ])("may do so %s between A's 401 and the lock: nobody's refresh token is spent (F41)", async (_where, signIn) => {
    const given = world()
    const a = given.restore('refused')
    const free = deferred()
    const lock: Lock = {
      hold: async (_name, task) => {
        await free.promise
        return task(new AbortController().signal)
      },
    }
    const client = given.client({ lock })
    await quiet()
    const call = watch(client.fetch(`${url}/a`, { method: 'POST', body: 'by a' }))
    await quiet()

    await signIn(given, given.login.signIn(), client.setTokens)
    free.resolve()
    await given.clock.advance(2_000)

    expect(call.value?.status).toBe(401)
    expect(given.login.tokenRequests).toHaveLength(0)
    expect(shown(given.resource)).toEqual([a.accessToken])
    expect(given.app.logouts).toEqual([])
  })

  it('has a refresh of their own, beside that of A (A39, rule 4)', async () => {
    const { client, b, call, release, login, resource, clock, inTime, app } = await duringRefresh('refused')
    await inTime(client.setTokens(b))
    login.spoilAccessTokens()

    const ofB = watch(client.fetch(`${url}/b`))
    await quiet()
    const [first, second] = await presented(login)
    release()
    await clock.advance(5_000)

    expect(login.isSameSession(first ?? '', b.refreshToken)).toBe(false)
    expect(second).toBe(b.refreshToken)
    expect(call.value?.status).toBe(401)
    expect(ofB.value?.status).toBe(200)
    for (const token of shown(resource, `${url}/a`)) expect(login.isSameSession(token ?? '', b.accessToken)).toBe(false)
    for (const token of shown(resource, `${url}/b`)) expect(login.isSameSession(token ?? '', b.accessToken)).toBe(true)
    expect(login.isSameSession(app.tokens?.refreshToken, b.refreshToken)).toBe(true)
    expect(login.reuses).toBe(0)
  })
})

describe('two users in turn on one client', () => {
  it("never send a call of one with the other's token, whatever overlaps (A39, A40, I6)", async () => {
    const { restore, login, resource, clock, inTime, client: newClient, app } = world()
    const users = [restore('refused'), login.signIn(), login.signIn(), login.signIn()]
    login.spoilAccessTokens()
    const client = newClient()
    await quiet()
    const calls: Promise<unknown>[] = []

    for (const [index, tokens] of users.entries()) {
      if (index > 0) await inTime(client.setTokens(tokens))
      for (let call = 0; call < 5; call++) calls.push(client.fetch(`${url}/${index}`).catch((error: unknown) => error))
    }
    await inTime(Promise.all(calls))
    await clock.advance(5_000)

    for (const [index, tokens] of users.entries()) {
      const sent = shown(resource, `${url}/${index}`)
      expect(sent.length).toBeGreaterThan(0)
      for (const token of sent)
        expect(login.isSameSession(token ?? '', tokens.accessToken), `${token} in a call of user ${index}`).toBe(true)
    }
    expect(login.isSameSession(app.tokens?.refreshToken, users[3]?.refreshToken)).toBe(true)
    expect(app.logouts).toEqual([])
    expect(login.reuses).toBe(0)
  })
})

describe('tokens of the same session that are set during a refresh', () => {
  it('win over what the refresh brings, and the waiting call goes on with them (rule 3)', async () => {
    const { restore, login, hold, app, resource, clock, inTime, client: newClient } = world()
    const first = restore('refused')
    const client = newClient()
    await quiet()
    const release = hold(login.tokenEndpoint)
    const call = watch(client.fetch(url))
    await quiet()
    const newer = { ...login.signIn(), sessionId: 'session-a' }

    await inTime(client.setTokens(newer))
    release()
    await clock.advance(5_000)

    expect(call.value?.status).toBe(200)
    expect(shown(resource)).toEqual([first.accessToken, newer.accessToken])
    expect(app.tokens).toEqual(newer)
    expect(app.logouts).toEqual([])
  })
})
