import { type AuthenticatedClient, type Lock, memoryStore, sameTokens, type TokenSet } from 'authenticated-client'
import { describe, expect, it, vi } from 'vitest'
import { json, unauthorized } from '../support/authorization-server.ts'
import { quiet, type TestClock } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { type App, presented, rejection, shown, url, watch, world } from './world.ts'

expectQuietProcess()

/** A lock that tells when it was let go, in milliseconds after it was granted. */
function watchedLock(clock: TestClock): { readonly lock: Lock; readonly kept: number[] } {
  const kept: number[] = []
  const lock: Lock = {
    hold: async (_name, task) => {
      const since = clock.now()
      try {
        return await task(new AbortController().signal)
      } finally {
        kept.push(clock.now() - since)
      }
    },
  }
  return { lock, kept }
}

describe('saveTokens', () => {
  it('is called once per rotation, with what it replaces, and never with null', async () => {
    const { restore, app, inTime, client: newClient } = world()
    const first = restore('fresh')
    const client = newClient()

    for (let time = 0; time < 4; time++) await inTime(client.refresh())
    await inTime(client.fetch(url))
    await inTime(client.logout())

    const chain = [first, ...app.saves.map(({ next }) => next)].map(({ refreshToken }) => refreshToken)
    expect(app.saves).toHaveLength(4)
    expect(app.saves.map(({ previous }) => previous?.refreshToken)).toEqual(chain.slice(0, 4))
    expect(new Set(chain).size).toBe(5)
  })

  it('is called once for a thousand calls that wait for one refresh', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()

    const responses = await inTime(Promise.all(Array.from({ length: 1000 }, () => client.fetch(url))))

    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect(app.saves).toHaveLength(1)
  })

  it('may be absent where the grant starts from nothing: what it gives is kept, and the app hears of no error', async () => {
    const { accepted, clock, events, inTime, client: newClient } = world()
    let given = 0
    const grant = Object.assign(
      async () => {
        accepted.add(`service-${++given}`)
        return { accessToken: `service-${given}`, expiresAt: clock.now() + 3_600_000 }
      },
      { needs: 'nothing' as const },
    )
    const client = newClient({ grant, getTokens: () => null, saveTokens: null, clearTokens: null })

    for (let time = 0; time < 3; time++) await inTime(client.fetch(url))
    clock.jump(7_200_000)
    const response = await inTime(client.fetch(url))

    expect([response.status, given]).toEqual([200, 2])
    expect(events('storage-error')).toEqual([])
  })

  it('may keep what it is given and change it in place: that is a change of the session, not of what the client holds', async () => {
    const { restore, app, login, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient({
      saveTokens: (next) => {
        app.tokens = next
      },
    })
    await inTime(client.fetch(url))
    const { generation } = client.state as { generation: number }

    Object.assign(app.tokens as object, login.signIn(), { sessionId: 'of somebody else' })
    await inTime(client.fetch(url))

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'of somebody else', generation: generation + 1 })
  })

  it('that failed is tried again over the tokens that were there then, not over what the app has made of them in place since', async () => {
    const { restore, app, login, inTime, client: newClient } = world()
    let isFull = true
    const client = newClient({
      saveTokens: (next) => {
        if (isFull) throw new Error('quota exceeded')
        app.tokens = next
      },
    })
    app.tokens = { ...restore('refused') }
    const stored = app.tokens
    await inTime(client.fetch(url))
    isFull = false

    // This call finds what was not saved, and begins to save it; before that goes on, somebody signs in.
    const call = client.fetch(url)
    Object.assign(stored, login.signIn(), { sessionId: 'of somebody else' })
    await inTime(call)
    await inTime(client.fetch(url))

    expect(app.tokens).toMatchObject({ sessionId: 'of somebody else' })
    expect(client.state).toMatchObject({ sessionId: 'of somebody else' })
  })

  it.each<[string, TokenSet | null]>([
    ['signed in anew', { accessToken: 'of-b', refreshToken: 'refresh-of-b', sessionId: 'session-b' }],
    ['signed out', null],
  ])('of a rotation that lands after the app has %s, as a call has seen, is taken back (rule 3, F38, F40)', async (_, next) => {
    const { restore, app, accepted, clock, client: newClient } = world()
    restore('refused')
    accepted.add('of-b')
    const client = newClient({
      saveTokens: async (tokens) => {
        await clock.sleep(300)
        app.tokens = tokens
      },
    })
    const first = watch(client.fetch(url))
    await clock.advance(100)

    app.tokens = next
    const second = watch(client.fetch(url))
    await clock.advance(2_000)

    expect([first.state, second.state]).toEqual(['fulfilled', 'fulfilled'])
    expect(app.tokens).toEqual(next)
    expect(client.state).toMatchObject(next ? { sessionId: 'session-b' } : { status: 'ended', reason: 'ended_elsewhere' })
  })

  it('that fails again and again keeps no call from being refreshed, also while a person is asked for more', async () => {
    const { restore, login, resource, clock, client: newClient } = world()
    restore('refused')
    resource.always(({ url: to }) =>
      to.endsWith('/admin') ? unauthorized('Bearer error="insufficient_scope", scope="admin"', { status: 403 }) : undefined,
    )
    const client = newClient({
      saveTokens: async () => {
        await clock.sleep(100)
        throw new Error('quota exceeded')
      },
      onStepUp: () => new Promise(() => {}),
    })
    const first = watch(client.fetch(url))
    await clock.advance(2_000)
    const asking = watch(client.fetch('https://api.example.com/admin'))
    await clock.advance(2_000)
    login.spoilAccessTokens()

    const second = watch(client.fetch(url))
    await clock.advance(2_000)

    expect([first.value?.status, asking.state, second.value?.status]).toEqual([200, 'pending', 200])
  })

  it('has saved before a waiting call goes on, where it is quick (rule 5)', async () => {
    const { restore, app, clock, resource, client: newClient } = world()
    restore('refused')
    const order: string[] = []
    const client = newClient({
      saveTokens: async (next) => {
        await clock.sleep(300)
        app.tokens = next
        order.push(`saved after ${resource.requests.length} requests`)
      },
    })
    const call = watch(client.fetch(url))

    await clock.advance(5_000)

    expect(call.value?.status).toBe(200)
    expect(order).toEqual(['saved after 1 requests'])
  })

  it('may take 5 seconds: calls go on after one, the lock is kept till the end (F33, rule 5)', async () => {
    const { restore, app, clock, login, resource, client: newClient } = world()
    restore('refused')
    const { lock, kept } = watchedLock(clock)
    const client = newClient({
      lock,
      saveTokens: async (next) => {
        await clock.sleep(5_000)
        app.tokens = next
      },
    })
    const calls = [watch(client.fetch(url)), watch(client.fetch(url, { method: 'POST', body: 'x' }))]

    await clock.advance(900)
    const before = calls.map(({ state }) => state)
    await clock.advance(200)
    const after = calls.map(({ value }) => value?.status)
    const later = watch(client.fetch(url))
    await clock.advance(2_900)
    const released = kept.length
    await clock.advance(1_500)

    expect(before).toEqual(['pending', 'pending'])
    expect(after).toEqual([200, 200])
    expect(later.value?.status).toBe(200)
    expect(released).toBe(0)
    expect(kept).toHaveLength(1)
    expect(login.refreshes).toBe(1)
    expect(client.state).toMatchObject({ sessionId: 'session-a' })
    expect(app.tokens?.accessToken).toBe(shown(resource).at(-1))
    expect(app.logouts).toEqual([])
  })

  it.each([
    [500, 'once it is saved', 400],
    [5_000, 'after a second', 900],
  ])('may take %i ms though what came with the rotation is of no use: calls are told %s (F16, rule 5)', async (ms, _when, early) => {
    const { restore, app, clock, login, client: newClient } = world()
    restore('refused')
    login.next(() => json(200, { refresh_token: 'refresh-2', token_type: 'Bearer' }))
    const client = newClient({
      saveTokens: async (next) => {
        await clock.sleep(ms)
        app.tokens = next
      },
    })

    const call = watch(client.fetch(url))
    await clock.advance(early)
    const before = call.state
    await clock.advance(200)

    expect(before).toBe('pending')
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_REFRESH_UNAVAILABLE' } })
  })

  it('may hang: calls go on, the lock is given back after 10 seconds, saving is tried again (F34, rule 5)', async () => {
    const { restore, app, clock, login, events, inTime, client: newClient } = world()
    const first = restore('refused')
    const { lock, kept } = watchedLock(clock)
    const saved: TokenSet[] = []
    const client = newClient({
      lock,
      saveTokens: (next) => {
        saved.push(next)
        if (saved.length === 1) return new Promise(() => {})
        app.tokens = next
        return undefined
      },
    })
    const call = watch(client.fetch(url))

    await clock.advance(1_500)
    const status = call.value?.status
    await clock.advance(7_500)
    const released = kept.length
    await clock.advance(1_500)

    expect(status).toBe(200)
    expect(released).toBe(0)
    expect(kept).toHaveLength(1)
    expect(events('storage-error')).toHaveLength(1)

    const next = await inTime(client.fetch(url))

    expect(next.status).toBe(200)
    expect(saved).toHaveLength(2)
    expect(saved[1]).toEqual(saved[0])
    expect(await presented(login)).toEqual([first.refreshToken])
    expect(app.logouts).toEqual([])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
    ['says false though nothing moved', () => false],
    ['says false a little later', () => Promise.resolve(false)],
  ])('that %s loses nothing: the pair stays in memory and is saved at the next call (F32, rule 5)', async (_how, fail) => {
    const { restore, app, login, events, inTime, client: newClient } = world()
    const first = restore('refused')
    let fails = true
    const tried: TokenSet[] = []
    const client = newClient({
      saveTokens: (next) => {
        tried.push(next)
        if (fails) return fail()
        app.tokens = next
        return undefined
      },
    })

    const response = await inTime(client.fetch(url, { method: 'POST', body: 'x' }))
    await quiet()
    expect(response.status).toBe(200)
    expect(app.tokens).toBe(first)
    expect(events('storage-error')[0]).toMatchObject({ operation: 'write', error: { name: 'StorageError', code: 'ERR_STORAGE' } })

    fails = false
    const second = await inTime(client.fetch(url))
    const third = await inTime(client.fetch(url))
    await quiet()

    expect([second.status, third.status]).toEqual([200, 200])
    expect(app.tokens).toMatchObject({ refreshToken: tried[0]?.refreshToken, sessionId: 'session-a' })
    expect(new Set(tried.map(({ refreshToken }) => refreshToken)).size).toBe(1)
    expect(await presented(login)).toEqual([first.refreshToken])
    expect([app.logouts, app.clears, login.reuses]).toEqual([[], 0, 0])

    const times = tried.length
    await inTime(client.fetch(url))
    expect(tried).toHaveLength(times)
  })

  it('that failed is tried again when the page goes away (F32)', async () => {
    const page = new EventTarget()
    vi.stubGlobal('location', { href: 'https://app.example.com/' })
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    try {
      const { client, app, before } = await afterFailedSave()

      page.dispatchEvent(new Event('pagehide'))
      await quiet()

      expect([before, app.tokens?.refreshToken]).toEqual(['refresh-1', 'refresh-2'])
      client.dispose()
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('that failed is tried once more when the client is disposed of: nobody will call it again (F32, F60)', async () => {
    const { client, app, before } = await afterFailedSave()

    client.dispose()
    await quiet()

    expect([before, app.tokens?.refreshToken]).toEqual(['refresh-1', 'refresh-2'])
  })

  it('that always throws costs no session: each refresh presents the newest token (F32, I2)', async () => {
    const { restore, app, login, clock, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient({
      saveTokens: () => {
        throw new Error('disk full')
      },
    })

    for (let round = 0; round < 8; round++) {
      expect((await inTime(client.fetch(url))).status).toBe(200)
      login.spoilAccessTokens()
      await clock.advance(31_000)
    }

    const tokens = await presented(login)
    expect(tokens).toHaveLength(8)
    expect(new Set(tokens).size).toBe(8)
    expect([login.reuses, app.logouts]).toEqual([0, []])
  })

  it('that fails at a sign-in leaves the new tokens in force, and saves them at the next call (rule 5)', async () => {
    const { login, app, inTime, client: newClient } = world()
    let fails = true
    const client = newClient({
      saveTokens: (next) => {
        if (fails) throw new Error('disk full')
        app.tokens = next
      },
    })
    await quiet()
    const tokens = login.signIn()

    await Promise.allSettled([inTime(client.setTokens(tokens))])
    const first = await inTime(client.fetch(url))
    fails = false
    const second = await inTime(client.fetch(url))
    await quiet()

    expect([first.status, second.status]).toEqual([200, 200])
    expect(app.tokens).toMatchObject(tokens)
    expect(app.logouts).toEqual([])
  })

  it.each<[string, (client: AuthenticatedClient, tokens: TokenSet, app: App) => Promise<unknown>]>([
    ['another sign-in', (client, tokens) => client.setTokens(tokens)],
    [
      'a sign-in elsewhere that a call has seen',
      (client, tokens, app) => {
        app.tokens = { ...tokens, sessionId: 'elsewhere' }
        return client.fetch(url)
      },
    ],
    ['a logout', (client) => client.logout()],
  ])('that lands long after it was given up takes nothing away from %s that came since (rules 3 and 5)', async (_what, comes) => {
    const { login, app, clock, inTime, client: newClient } = world()
    const landing = deferred()
    const late = login.signIn()
    const client = newClient({
      saveTokens: async (next) => {
        if (next.accessToken === late.accessToken) await landing.promise
        app.tokens = next
      },
    })
    await quiet()
    await inTime(Promise.allSettled([client.setTokens(late)]))

    await inTime(comes(client, login.signIn(), app))
    const [then, state] = [app.tokens, client.state]
    landing.resolve()
    await clock.advance(1_000)

    expect(app.tokens?.accessToken).toBe(then?.accessToken)
    expect(app.tokens?.accessToken).not.toBe(late.accessToken)
    expect(client.state).toBe(state)
  })

  it('that clears long after it was given up takes nothing away from a sign-in that came since (rules 3 and 15)', async () => {
    const { restore, login, app, clock, inTime, client: newClient } = world()
    restore('fresh')
    const landing = deferred()
    const client = newClient({
      clearTokens: async () => {
        await landing.promise
        app.tokens = null
      },
    })
    await inTime(client.fetch(url))
    await inTime(Promise.allSettled([client.logout()]))

    const next = login.signIn()
    await inTime(client.setTokens(next))
    const { state } = client
    landing.resolve()
    await clock.advance(1_000)

    expect(app.tokens).toMatchObject(next)
    expect(client.state).toBe(state)
    expect(app.logouts).toMatchObject([{ reason: 'signed_out' }])
  })

  it('that was given up and is refused late brings back no session that was signed out of elsewhere meanwhile (rules 3 and 15)', async () => {
    const { login, inTime, client: newClient } = world()
    const landing = deferred()
    const { read, write } = memoryStore()
    const signOutElsewhere = async () => write(null, (await read()) ?? null)
    const refusesToClear = async (): Promise<boolean> => {
      await landing.promise
      await signOutElsewhere()
      return false
    }
    const client = newClient({ store: { read, write: (next, expected) => (next ? write(next, expected) : refusesToClear()) } })
    await inTime(client.setTokens(login.signIn()))
    await inTime(Promise.allSettled([client.logout()]))
    await inTime(client.setTokens(login.signIn()))

    landing.resolve()
    await quiet()

    expect(await read()).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'ended_elsewhere' })
  })

  it('cannot save when the process dies: the next start presents what is stored, one clean logout at worst (F31)', async () => {
    const { restore, app, login, clock, inTime, client: newClient } = world()
    restore('refused')
    const dying = newClient({ saveTokens: () => new Promise(() => {}) })
    await inTime(dying.fetch(url))
    dying.dispose()
    await clock.advance(20_000)

    const restarted = newClient()
    const responses = await inTime(Promise.all([restarted.fetch(url), restarted.fetch(url)]))
    await quiet()

    expect(responses.map(({ status }) => status)).toEqual([401, 401])
    expect(login.reuses).toBe(1)
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'refresh_rejected' })])
    expect(restarted.state).toEqual({ status: 'ended', reason: 'refresh_rejected' })
  })

  it('may call fetch, whose 401 for the tokens being saved is its own (F102, rule 7)', async () => {
    const { restore, app, resource, login, inTime, client: newClient } = world()
    restore('refused')
    resource.always((arrival) => (arrival.url.endsWith('/audit') ? unauthorized('Bearer error="invalid_token"') : undefined))
    const inside: number[] = []
    const client: AuthenticatedClient = newClient({
      saveTokens: async (next) => {
        app.tokens = next
        inside.push((await client.fetch('https://api.example.com/audit')).status)
      },
    })

    const response = await inTime(client.fetch(url), 5_000)

    expect(response.status).toBe(200)
    expect(inside).toEqual([401])
    expect(login.refreshes).toBe(1)
    expect(app.logouts).toEqual([])
  })

  it('may call fetch, which goes out with the new tokens (rules 5 and 7)', async () => {
    const { restore, app, resource, inTime, client: newClient } = world()
    restore('expired')
    const inside: number[] = []
    const client: AuthenticatedClient = newClient({
      saveTokens: async (next) => {
        inside.push((await client.fetch('https://api.example.com/audit')).status)
        app.tokens = next
      },
    })

    const response = await inTime(client.fetch(url), 5_000)

    expect(response.status).toBe(200)
    expect(inside).toEqual([200])
    expect(new Set(shown(resource))).toEqual(new Set([app.tokens?.accessToken]))
  })

  it.each<[string, (client: AuthenticatedClient, tokens: TokenSet) => Promise<unknown>]>([
    ['setTokens', (client, tokens) => client.setTokens(tokens)],
    ['logout', (client) => client.logout()],
    ['refresh', (client) => client.refresh()],
    ['getAccessToken', (client) => client.getAccessToken()],
  ])('may await client.%s: all settles, and nothing consumed is presented (rule 7)', async (method, call) => {
    const { restore, app, login, inTime, clock, client: newClient } = world()
    restore('refused')
    const other = login.signIn()
    const outcomes: PromiseSettledResult<unknown>[] = []
    let once = true
    const client: AuthenticatedClient = newClient({
      saveTokens: async (next) => {
        app.tokens = next
        if (!once) return
        once = false
        outcomes.push(...(await Promise.allSettled([call(client, other)])))
      },
    })

    const [outer] = await inTime(Promise.allSettled([client.fetch(url)]), 60_000)
    await clock.advance(30_000)

    expect(outcomes).toHaveLength(1)
    expect(outer?.status).toBe('fulfilled')
    const tokens = await presented(login)
    expect(new Set(tokens).size).toBe(tokens.length)
    expect(login.reuses).toBe(0)
    if (method === 'setTokens') expect(app.tokens).toMatchObject(other)
    if (method === 'logout') expect([client.state.status, app.tokens, app.logouts.length]).toEqual(['ended', null, 1])
    else expect([client.state.status, app.logouts]).toEqual(['authenticated', []])
  })
})

describe('getTokens', () => {
  it.each<[string, (tokens: TokenSet) => TokenSet | Promise<TokenSet>]>([
    ['a value', (tokens) => tokens],
    ['a promise', (tokens) => Promise.resolve(tokens)],
    ['a frozen object', (tokens) => Object.freeze({ ...tokens })],
    ['an instance of a class', (tokens) => Object.assign(new (class Tokens {})(), tokens)],
    ['an object that inherits its tokens', (tokens) => Object.assign(Object.create(tokens), { tenant: 'acme' })],
    ['an object without prototype', (tokens) => Object.assign(Object.create(null) as object, tokens)],
  ])('may give %s (F37)', async (_what, give) => {
    const { restore, app, inTime, client: newClient } = world()
    restore('refused', { scope: 'a', ...{ tenant: 'acme' } })
    const client = newClient({ getTokens: () => app.tokens && give(app.tokens) })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(app.tokens).toMatchObject({ scope: 'a', tenant: 'acme', sessionId: 'session-a' })
    expect(app.saves).toHaveLength(1)
  })

  it('may give an object whose getter throws: an error for that call only (F37)', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('fresh')
    let bad = true
    const client = newClient({
      getTokens: () => {
        if (!bad) return app.tokens
        return Object.defineProperty({ refreshToken: 'r' }, 'accessToken', {
          enumerable: true,
          get: () => {
            throw new Error('locked')
          },
        }) as unknown as TokenSet
      },
    })

    const [outcome] = await inTime(Promise.allSettled([client.fetch(url)]))
    bad = false
    const response = await inTime(client.fetch(url))

    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_STORAGE' } })
    expect(response.status).toBe(200)
    expect([app.saves, app.clears, app.logouts]).toEqual([[], 0, []])
  })

  it.each<[string, unknown]>([
    ['a string', 'access-1'],
    ['a number', 42],
    ['true', true],
    ['an array', []],
    ['an empty object', {}],
    ['a row of a table whose columns are all null', { accessToken: null, refreshToken: null, counter: null }],
    ['what a token endpoint answers', { access_token: 'access-1' }],
  ])('may give %s, which is no token set: an error for that call, never "nobody" (F44)', async (_what, garbage) => {
    const { restore, app, resource, inTime, client: newClient } = world()
    restore('fresh')
    let bad = true
    const client = newClient({ getTokens: () => (bad ? (garbage as TokenSet) : app.tokens) })

    const [outcome] = await inTime(Promise.allSettled([client.fetch(url)]))
    const meanwhile = client.state
    bad = false
    const response = await inTime(client.fetch(url))

    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_STORAGE' } })
    expect(meanwhile.status).toBe('restoring')
    expect(response.status).toBe(200)
    expect(resource.requests).toHaveLength(1)
    expect([app.saves, app.clears, app.logouts]).toEqual([[], 0, []])
  })

  it('may not give a refresh token alone: the call is rejected, and nothing is sent (F44)', async () => {
    const { restore, app, login, resource, inTime, client: newClient } = world()
    const { refreshToken } = restore('refused')
    app.tokens = { refreshToken } as TokenSet

    const error = await rejection(inTime(newClient().fetch(url)))

    expect(error).toMatchObject({ code: 'ERR_STORAGE', message: 'What the store holds is no token set: accessToken is missing' })
    expect([...resource.requests, ...login.requests, ...app.saves]).toEqual([])
  })

  it.each(['line\r\nbreak', 'with space', 'ünicode', ''])(
    'may give an access token that fails the grammar: it counts as spent and is never sent (A34)',
    async (accessToken) => {
      const { restore, login, resource, inTime, client: newClient } = world()
      restore('fresh', { accessToken })
      const client = newClient()

      const response = await inTime(client.fetch(url))

      expect(response.status).toBe(200)
      expect(login.refreshes).toBe(1)
      expect(shown(resource)).toHaveLength(1)
    },
  )

  it('may lag behind a save for a while: nothing is lost (F45)', async () => {
    const { restore, app, login, clock, inTime, client: newClient } = world()
    restore('refused')
    let shownTokens: TokenSet | null = app.tokens
    const client = newClient({
      getTokens: () => shownTokens,
      saveTokens: (next) => {
        app.tokens = next
        void clock.sleep(3_000).then(() => {
          shownTokens = next
        })
      },
    })

    const responses: Response[] = []
    for (let time = 0; time < 10; time++) {
      responses.push(await inTime(client.fetch(url)))
      await clock.advance(500)
    }

    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect(login.refreshes).toBe(1)
    expect(app.logouts).toEqual([])
  })

  it('may answer null late, after a sign-in that came between: the sign-in stays', async () => {
    const { login, app, inTime, client: newClient } = world()
    const slow = deferred<TokenSet | null>()
    let first = true
    const client = newClient({
      getTokens: () => {
        if (!first) return app.tokens
        first = false
        return slow.promise
      },
    })
    await quiet()

    const signIn = client.setTokens(login.signIn())
    await quiet()
    slow.resolve(null)
    await inTime(signIn)
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(client.state.status).toBe('authenticated')
    expect(app.logouts).toEqual([])
  })

  it('may call fetch, by mistake: that call is refused with a typed error, nothing hangs (F103)', async () => {
    const { restore, app, resource, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const inside: PromiseSettledResult<Response>[] = []
    let reads = 0
    const client: AuthenticatedClient = newClient({
      getTokens: async () => {
        if (reads++ > 50) throw new Error('endless recursion')
        inside.push(...(await Promise.allSettled([client.fetch('https://api.example.com/tokens')])))
        return app.tokens
      },
    })

    const [outcome] = await inTime(Promise.allSettled([client.fetch(url)]), 60_000)

    expect(reads).toBeLessThan(10)
    expect(outcome?.status === 'fulfilled' && outcome.value.status).toBe(200)
    expect(inside.length).toBeGreaterThan(0)
    for (const result of inside) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: expect.stringMatching(/^(StorageError|TypeError)$/) } })
    }
    expect(shown(resource, url)).toEqual([tokens.accessToken])
  })
})

describe('a store of the app', () => {
  it('is asked once, even if its answer is a query that each `then` runs again', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('refused')
    const queries: string[] = []
    const query = <Result>(name: string, run: () => Result): PromiseLike<Result> => {
      const start = async (): Promise<Result> => {
        await quiet()
        queries.push(name)
        return run()
      }
      // biome-ignore lint/suspicious/noThenProperty: it is what a query builder is.
      return { then: (done, failed) => start().then(done, failed) }
    }
    const client = newClient({
      getTokens: null,
      saveTokens: null,
      clearTokens: null,
      store: {
        read: () => app.tokens,
        write: (next, expected) =>
          query('write', () => {
            if (!sameTokens(app.tokens, expected)) return false
            app.tokens = next as TokenSet
            return true
          }),
      },
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(queries).toEqual(['write'])
  })
})

/** A rotation that could not be saved; from now on saving works. `before`: the refresh token that the app still holds. */
async function afterFailedSave() {
  const { restore, app, inTime, client: newClient } = world()
  restore('refused')
  let fails = true
  const client = newClient({
    saveTokens: (next) => {
      if (fails) throw new Error('disk full')
      app.tokens = next
    },
  })
  await inTime(client.fetch(url))
  fails = false
  return { client, app, before: app.tokens?.refreshToken }
}
