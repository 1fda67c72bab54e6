import {
  AuthError,
  clientSecretBasic,
  type LogoutEvent,
  refreshTokenGrant,
  type StoredSession,
  sameTokens,
  type TokenSet,
  type TokenStore,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json, silence } from '../support/authorization-server.ts'
import { quiet, type TestClock } from '../support/clock.ts'
import { type Deferred, deferred } from '../support/deferred.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { jwt, rejection, shown, url, watch, world } from './world.ts'

expectQuietProcess()

interface Keychain extends TokenStore {
  cell: StoredSession | null
  /** How many of the next reads fail. */
  busyReads: number
}

/** Takes 50 ms for each write. */
function slowKeychain(clock: TestClock, cell: StoredSession | null): Keychain {
  const keychain: Keychain = {
    cell,
    busyReads: 0,
    read: async () => {
      if (keychain.busyReads-- > 0) throw new Error('keychain busy')
      return keychain.cell
    },
    write: async (next, expected) => {
      await clock.sleep(50)
      if (!sameTokens(keychain.cell, expected)) return false
      keychain.cell = next
      return true
    },
  }
  return keychain
}

describe('logout', () => {
  it('that nobody awaits calls onLogout before the next sign-in is saved, so that an onLogout that clears storage does not remove it (rule 15)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const order: string[] = []
    const client = newClient({
      clearTokens: undefined,
      saveTokens: (next) => {
        order.push(`saved ${next.refreshToken}`)
        app.tokens = next
      },
      onLogout: ({ reason }) => {
        order.push(reason)
        app.tokens = null
      },
    })
    await inTime(client.fetch(url))

    const left = client.logout()
    await inTime(client.setTokens(login.signIn()))
    await left
    const { status } = await inTime(client.fetch(url))

    expect(order).toEqual(['signed_out', 'saved refresh-2'])
    expect([status, client.state.status]).toEqual([200, 'authenticated'])
  })

  it('ends the session and clears the store, then tells the app, then revokes (rule 15)', async () => {
    const { restore, login, app, fetch, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const order: string[] = []
    const client = newClient({
      clearTokens: async () => {
        await quiet()
        app.tokens = null
        order.push(`cleared while ${client.state.status}`)
      },
      onLogout: () => void order.push(`told with ${JSON.stringify(app.tokens)} while ${client.state.status}`),
      fetch: (input, init) => {
        if (String(input) === login.revocationEndpoint) order.push('revoked')
        return fetch(input, init)
      },
    })
    await inTime(client.fetch(url))

    await inTime(client.logout())
    await quiet()

    expect(order.slice(0, 2)).toEqual(['cleared while ended', 'told with null while ended'])
    expect(order.slice(2)).toEqual(order.slice(2).map(() => 'revoked'))
    expect(login.revoked).toContain(tokens.refreshToken)
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it('ends the session at once, though clearTokens takes its time', async () => {
    const { restore, inTime, client: newClient } = world()
    restore('fresh')
    const clearing = deferred()
    const client = newClient({ clearTokens: () => clearing.promise })
    await quiet()

    const logout = client.logout()
    await quiet()
    const meanwhile = client.state
    clearing.resolve()
    await inTime(logout)

    expect(meanwhile).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it('fires onLogout once, with reason and sessionId', async () => {
    const { restore, app, events, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()

    await inTime(client.logout())
    await quiet()

    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'signed_out', sessionId: 'session-a' })])
    expect(events('logout')).toEqual([expect.objectContaining({ reason: 'signed_out', sessionId: 'session-a' })])
  })

  it('revokes the pair that others have rotated the session to since it was read here, and not only the consumed one (rule 15)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const { sessionId } = restore('fresh')
    const client = newClient()
    await inTime(client.fetch(url))
    const rotated = { ...login.signIn(), sessionId }
    app.tokens = rotated

    await inTime(client.logout())
    await quiet()

    expect(app.tokens).toBeNull()
    expect(app.logouts).toEqual([{ reason: 'signed_out', sessionId }])
    expect(login.revoked).toContain(rotated.refreshToken)
  })

  it('revokes one refresh token once, where others have got another access token for it since it was read here', async () => {
    const { restore, login, app, fetch, inTime, client: newClient } = world()
    const { sessionId, refreshToken } = restore('fresh')
    const revoked: (string | null)[] = []
    const client = newClient({
      fetch: (input, init) => {
        if (String(input) === login.revocationEndpoint) revoked.push(new URLSearchParams(String(init?.body)).get('token'))
        return fetch(input, init)
      },
    })
    await inTime(client.fetch(url))
    app.tokens = { ...login.signIn(), sessionId, refreshToken }

    await inTime(client.logout())
    await quiet()

    expect(app.tokens).toBeNull()
    expect(revoked).toEqual([refreshToken])
  })

  it('leaves tokens alone that somebody else has signed in with meanwhile: neither cleared nor revoked', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await inTime(client.fetch(url))
    const others = { ...login.signIn(), sessionId: 'session-b' }
    app.tokens = others

    await inTime(client.logout())
    await quiet()

    expect(app.tokens).toEqual(others)
    expect(login.revoked).not.toContain(others.refreshToken)
  })

  it('does not wait for the revocation endpoint', async () => {
    const { restore, login, app, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()
    login.always(silence)

    const logout = watch(client.logout())
    await quiet()

    expect(logout.state).toBe('fulfilled')
    expect(app.logouts).toHaveLength(1)
    expect(login.requests.map((request) => request.url)).toContain(login.revocationEndpoint)
  })

  it.each([
    ['answers 503', () => json(503, {})],
    ['is a network error', () => Promise.reject(new TypeError('fetch failed'))],
    ['never answers', silence],
    ['answers HTML', () => new Response('<html>', { status: 400 })],
  ])('is no failure where the revocation endpoint %s', async (_what, answer) => {
    const { restore, login, app, clock, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()
    login.always(answer)

    await inTime(client.logout())
    await clock.advance(120_000)

    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(app.logouts).toHaveLength(1)
    expect(app.tokens).toBeNull()
  })

  it('asks the revocation endpoint again for tokens that it could not revoke the last time, once they are signed out of again (rule 15)', async () => {
    const { login, clock, inTime, events, client: newClient } = world()
    const tokens = login.signIn()
    const client = newClient()
    const signInAndOut = async (): Promise<void> => {
      await inTime(client.setTokens(tokens))
      await inTime(client.logout())
      await clock.advance(1000)
    }
    login.next(() => json(503, {}))
    await signInAndOut()

    await signInAndOut()

    expect(events('revocation').map(({ revoked }) => revoked)).toEqual([false, true])
    expect(login.revoked).toEqual([tokens.refreshToken])
  })

  it('proves at the revocation endpoint who the client is as its grant does (RFC 7009 §2.1)', async () => {
    const { restore, login, inTime, client: newClient } = world()
    restore('fresh')
    const { tokenEndpoint, revocationEndpoint } = login
    const grant = refreshTokenGrant({ tokenEndpoint, clientId: 'web', clientAuthentication: clientSecretBasic('s3cret') })
    const client = newClient({ grant, revocationEndpoint })

    await inTime(client.logout())
    await quiet()

    const asked = login.requests.find(({ url: to }) => to === revocationEndpoint)
    expect(asked?.headers.get('authorization')).toBe(`Basic ${btoa('web:s3cret')}`)
  })

  it('sends no request where there is no revocation endpoint', async () => {
    const { restore, login, clock, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({ revocationEndpoint: null })
    await quiet()

    await inTime(client.logout())
    await clock.advance(1000)

    expect(login.requests).toHaveLength(0)
  })

  it('is heard once, however often and from wherever it is called (F106)', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()

    await inTime(Promise.all([client.logout(), client.logout(), client.logout()]))
    await inTime(client.logout())
    await quiet()

    expect(app.logouts).toHaveLength(1)
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it('of a sign-in that is still being saved clears the store also where a read in between fails', async () => {
    const { login, app, clock, inTime, client: newClient } = world()
    const keychain = slowKeychain(clock, null)
    const client = newClient({ store: keychain })
    await quiet()

    const signedIn = watch(client.setTokens(login.signIn()))
    await clock.advance(10)
    const left = client.logout()
    keychain.busyReads = 1
    await inTime(left)

    expect(signedIn.state).not.toBe('pending')
    expect([keychain.cell, client.state.status]).toEqual([null, 'ended'])
    expect(app.logouts).toMatchObject([{ reason: 'signed_out' }])
  })

  it.each([
    ['one read fails: it is saved', 1],
    ['its own read fails as well: the next call saves it', 2],
  ])('that is still clearing the store loses nobody who signs in meanwhile, though %s (rule 3)', async (_how, failures) => {
    const { restore, login, app, clock, inTime, client: newClient } = world()
    const keychain = slowKeychain(clock, restore('fresh'))
    const client = newClient({ store: keychain })
    await quiet()

    const left = client.logout()
    await clock.advance(10)
    const signedIn = client.setTokens({ ...login.signIn(), sessionId: 'session-b' })
    keychain.busyReads = failures
    await inTime(Promise.allSettled([left, signedIn]))
    await inTime(client.fetch(url))
    await clock.advance(100)

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
    expect(keychain.cell).toMatchObject({ sessionId: 'session-b' })
    expect(app.logouts).toHaveLength(1)
  })

  it('signs out of what the app has signed in to without a call to the client', async () => {
    const { login, app, resource, inTime, client: newClient } = world()
    const client = newClient()
    await quiet()

    app.tokens = login.signIn()
    await inTime(client.logout())
    await inTime(client.fetch(url))

    expect([app.tokens, app.clears, app.logouts.length]).toEqual([null, 1, 1])
    expect(shown(resource)).toEqual([null])
  })

  it('twice at once signs out of what the app has signed in to, and neither is done before the store is cleared', async () => {
    const { login, app, clock, client: newClient } = world()
    const client = newClient({
      clearTokens: async () => {
        await clock.sleep(100)
        app.tokens = null
      },
    })
    await quiet()
    app.tokens = login.signIn()

    const both = [client.logout(), client.logout()].map((each) => each.then(() => app.tokens))
    await clock.advance(1_000)

    expect(await Promise.all(both)).toEqual([null, null])
    expect(app.logouts).toHaveLength(1)
  })

  it('that nobody awaits leaves a sign-in alone that comes right after it, while nobody is signed in', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()
    await quiet()

    const left = client.logout()
    await inTime(client.setTokens(login.signIn()))
    await inTime(left)

    expect([client.state.status, app.logouts]).toEqual(['authenticated', []])
    expect(app.tokens).not.toBeNull()
  })

  it('called by onLogout leaves whoever has signed in elsewhere since', async () => {
    const { restore, login, app, clock, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({
      onLogout: async (event) => {
        app.logouts.push(event)
        await clock.sleep(20)
        await client.logout()
      },
    })
    await inTime(client.fetch(url))
    app.tokens = null
    await inTime(client.fetch(url))

    app.tokens = { ...login.signIn(), sessionId: 'session-b' }
    await clock.advance(100)

    expect(app.tokens).toMatchObject({ sessionId: 'session-b' })
    expect(app.logouts).toMatchObject([{ reason: 'ended_elsewhere' }])
  })

  it('fires nothing where nobody is signed in', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient()
    await quiet()

    await inTime(client.logout())
    await quiet()

    expect(app.logouts).toEqual([])
    expect(login.requests).toHaveLength(0)
    expect(client.state.status).not.toBe('authenticated')
  })

  it('fires no second event for a session that had ended already', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    login.revoke(restore('refused').accessToken)
    const client = newClient()
    await inTime(client.fetch(url))

    await inTime(client.logout())
    await quiet()

    expect(app.logouts.map(({ reason }) => reason)).toEqual(['refresh_rejected'])
  })

  it('reports no storage-error for a store that the end of the session has cleared', async () => {
    const { restore, login, app, events, inTime, client: newClient } = world()
    login.revoke(restore('refused').accessToken)
    const client = newClient()
    await inTime(client.fetch(url))
    await quiet()

    expect(app.tokens).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'refresh_rejected' })
    expect(events('storage-error')).toEqual([])
  })

  it('wins over a first read that takes its time: nobody is signed in again', async () => {
    const { restore, app, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const read = deferred<TokenSet | null>()
    const client = newClient({ getTokens: () => (app.clears === 0 ? read.promise : app.tokens) })
    await quiet()

    const logout = client.logout()
    await quiet()
    read.resolve(tokens)
    await inTime(logout)
    const response = await inTime(client.fetch(url))

    expect(client.state.status).not.toBe('authenticated')
    expect(response.status).toBe(401)
    expect(app.tokens).toBeNull()
    expect(app.logouts.length).toBeLessThanOrEqual(1)
  })

  it('while restoring signs out of what was stored, even if a sign-in came and went before the store answered (I10)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const read = deferred<TokenSet | null>()
    const client = newClient({ getTokens: () => (app.clears === 0 ? read.promise : app.tokens) })
    await quiet()

    const turns = [client.logout(), client.setTokens(login.signIn()), client.logout()]
    await quiet()
    read.resolve(tokens)
    await inTime(Promise.allSettled(turns))
    const response = await inTime(client.fetch(url))

    expect(client.state.status).not.toBe('authenticated')
    expect(response.status).toBe(401)
    expect(app.tokens).toBeNull()
  })

  it('while restoring calls onLogout and revokes once a store can be read that could not be read at first (rule 15, F35)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const { sessionId } = restore('fresh')
    let failures = 2
    const client = newClient({
      getTokens: async () => {
        if (failures-- > 0) throw new Error('locked')
        return app.tokens
      },
    })

    const [first] = await inTime(Promise.allSettled([client.logout()]))
    const told = app.logouts.length
    await inTime(client.logout())
    await inTime(client.fetch(url))
    await quiet()

    expect([first?.status, told]).toEqual(['rejected', 0])
    expect(app.logouts).toMatchObject([{ reason: 'signed_out', sessionId }])
    expect(login.revoked).toHaveLength(1)
    expect(app.tokens).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it('while restoring whose read failed is over once a call could read the store: it does not undo a later sign-in elsewhere (I10)', async () => {
    const { login, app, inTime, client: newClient } = world()
    let isLocked = true
    const client = newClient({
      getTokens: async () => {
        if (isLocked) throw new Error('locked')
        return app.tokens
      },
    })
    await inTime(Promise.allSettled([client.logout()]))
    isLocked = false
    await inTime(client.fetch(url))

    isLocked = true
    const [signIn] = await inTime(Promise.allSettled([client.setTokens(login.signIn())]))
    isLocked = false
    const elsewhere = login.signIn()
    app.tokens = { ...elsewhere, sessionId: 'session-b' }
    await inTime(client.fetch(url))

    expect(signIn?.status).toBe('rejected')
    expect(app.tokens).toMatchObject(elsewhere)
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
  })

  it('while restoring whose read failed does not undo a later sign-in elsewhere either where a call read the store during the next sign-in here (I10)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const reads: (() => Promise<TokenSet | null>)[] = []
    const client = newClient({ getTokens: async () => (reads.shift() ?? (async () => app.tokens))() })
    const locked = () => Promise.reject(new Error('locked'))
    reads.push(locked, locked)
    await inTime(Promise.allSettled([client.logout()]))

    reads.push(() => new Promise(() => {}))
    const signIn = client.setTokens(login.signIn())
    await quiet()
    void client.fetch(url)
    const [settled] = await inTime(Promise.allSettled([signIn]))
    const elsewhere = login.signIn()
    app.tokens = { ...elsewhere, sessionId: 'session-b' }
    await inTime(client.fetch(url))

    expect(settled?.status).toBe('rejected')
    expect(app.tokens).toMatchObject(elsewhere)
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
  })

  it('while restoring does not mean whoever signs in next, though the app shows those tokens already: others may rotate them (I2)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const restoring = deferred<TokenSet | null>()
    const reads = [restoring.promise]
    const client = newClient({ getTokens: () => reads.shift() ?? Promise.resolve(app.tokens) })
    await quiet()
    const left = client.logout()
    const tokens = { ...login.signIn(), sessionId: 'session-b' }
    app.tokens = tokens
    const signedIn = client.setTokens(tokens)
    await inTime(Promise.all([left, signedIn]))
    restoring.resolve(null)

    const rotated = { ...login.signIn(), sessionId: 'session-b' }
    app.tokens = rotated
    await inTime(client.fetch(url))
    await quiet()

    expect(app.tokens).toEqual(rotated)
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
    expect(app.logouts).toEqual([])
  })

  it('while restoring whose own read hangs means nobody who has signed in elsewhere since: that session ends once (rule 15)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const restoring = deferred<TokenSet | null>()
    const reads = [restoring.promise, new Promise<TokenSet | null>(() => {})]
    const client = newClient({ getTokens: () => reads.shift() ?? Promise.resolve(app.tokens) })
    await quiet()
    const left = client.logout()
    const signedIn = client.setTokens({ ...login.signIn(), sessionId: 'session-x' })
    restoring.resolve(null)
    await inTime(client.fetch(url))
    app.tokens = { ...login.signIn(), sessionId: 'session-y' }
    await inTime(client.fetch(url))
    await inTime(Promise.allSettled([left, signedIn]))

    await inTime(client.logout())
    await quiet()

    expect(app.logouts.filter(({ sessionId }) => sessionId === 'session-y')).toHaveLength(1)
  })

  it.each([
    ['finds nobody', (read: Deferred<TokenSet | null>) => read.resolve(null)],
    ['fails', (read: Deferred<TokenSet | null>) => read.reject(new Error('locked'))],
  ])('while restoring signs out of what a faster read has shown, also where its own %s (rule 15)', async (_how, settle) => {
    const { restore, login, app, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const [restoring, leaving] = [deferred<TokenSet | null>(), deferred<TokenSet | null>()]
    const reads = [restoring.promise, leaving.promise]
    const client = newClient({ getTokens: () => reads.shift() ?? Promise.resolve(app.tokens) })
    await quiet()
    const logout = client.logout()
    await quiet()

    restoring.resolve(tokens)
    await quiet()
    settle(leaving)
    await inTime(Promise.allSettled([logout]))
    // Another tab that had rotated it meanwhile.
    const cleared = app.tokens
    app.tokens = { ...login.signIn(), sessionId: tokens.sessionId }
    await inTime(client.fetch(url))
    await quiet()

    expect(cleared).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(app.logouts).toMatchObject([{ reason: 'signed_out', sessionId: tokens.sessionId }])
    expect(login.revoked).toHaveLength(1)
  })

  it('while restoring is not undone by a slower read that shows who was signed in before, where the store could not be cleared (I10, found by simulation)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const before = { ...login.signIn(), sessionId: 'session-a' }
    const later = { ...login.signIn(), sessionId: 'session-b' }
    const [leaving, slow] = [deferred<TokenSet | null>(), deferred<TokenSet | null>()]
    const locked = () => Promise.reject(new Error('locked'))
    const reads = [locked, () => leaving.promise, () => slow.promise, locked]
    app.tokens = later
    const client = newClient({ getTokens: () => (reads.shift() ?? (async () => app.tokens))() })
    await quiet()
    const logout = client.logout().catch(() => {})
    await quiet()
    const call = client.fetch(url)
    await quiet()

    leaving.resolve(later)
    await inTime(logout)
    slow.resolve(before)
    const response = await inTime(call)
    await quiet()

    expect(response.status).toBe(401)
    expect(app.tokens).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it('of a sign-in made while restoring also clears the session that it replaced, whoever’s that was (rule 15)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const before = restore('fresh')
    const read = deferred<TokenSet | null>()
    const reads = [read.promise]
    const client = newClient({ getTokens: () => reads.shift() ?? Promise.resolve(app.tokens) })
    await quiet()

    const turns = [client.setTokens({ ...login.signIn(), sessionId: 'session-b' }), client.logout()]
    await quiet()
    read.resolve(before)
    await inTime(Promise.allSettled(turns))
    await inTime(client.fetch(url))

    expect(app.tokens).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it('of a sign-in made while restoring that could not be saved clears the session that a call reads first, whoever’s that is (rule 15, found by simulation)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    let isLocked = true
    const client = newClient({
      getTokens: async () => {
        if (isLocked) throw new Error('locked')
        return app.tokens
      },
    })
    const turns = [client.setTokens({ ...login.signIn(), sessionId: 'session-b' }), client.logout()]
    const settled = await inTime(Promise.allSettled(turns))

    isLocked = false
    const first = await inTime(client.fetch(url))
    await quiet()
    const second = await inTime(client.fetch(url))

    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([first.status, second.status]).toEqual([401, 401])
    expect(app.tokens).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it('while restoring is not undone by another tab that puts back what a call had read before the next sign-in (rule 15)', async () => {
    const { app, inTime, client: newClient } = world()
    const before = { accessToken: 'access-before', refreshToken: 'before' }
    const after = { accessToken: 'access-after', refreshToken: 'after' }
    const [restoring, leaving] = [deferred<TokenSet | null>(), deferred<TokenSet | null>()]
    const reads = [restoring.promise, leaving.promise]
    app.tokens = before
    const client = newClient({ getTokens: () => reads.shift() ?? Promise.resolve(app.tokens) })
    await quiet()

    const turns = [client.logout(), client.setTokens(after)]
    await quiet()
    restoring.resolve(before)
    await client.getAccessToken()
    leaving.resolve(before)
    await inTime(Promise.all(turns))
    app.tokens = before
    const token = await client.getAccessToken()
    await quiet()

    expect(token).toBe(after.accessToken)
    expect(app.tokens).toMatchObject(after)
  })

  it('while restoring is not undone by a call that reads the old session before the next sign-in of the same user is saved (I10)', async () => {
    const { app, inTime, client: newClient } = world()
    const before = { accessToken: jwt({ sub: 'ada', jti: '1' }), refreshToken: 'before' }
    const after = { accessToken: jwt({ sub: 'ada', jti: '2' }), refreshToken: 'after' }
    const [restoring, leaving] = [deferred<TokenSet | null>(), deferred<TokenSet | null>()]
    const reads = [restoring.promise, leaving.promise]
    app.tokens = before
    const client = newClient({ getTokens: () => reads.shift() ?? Promise.resolve(app.tokens) })
    await quiet()

    const turns = [client.logout(), client.setTokens(after)]
    await quiet()
    restoring.resolve(before)
    const token = client.getAccessToken()
    await quiet()
    leaving.resolve(before)
    await inTime(Promise.all(turns))

    expect(await token).toBe(after.accessToken)
    expect(app.tokens).toMatchObject(after)
  })

  it('clears the store when it is called again after clearing failed; the app hears once (rule 15)', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('fresh')
    let isFull = true
    const client = newClient({
      clearTokens: () => {
        if (isFull) throw new Error('disk full')
        app.tokens = null
      },
    })
    await inTime(client.fetch(url))
    const [first] = await inTime(Promise.allSettled([client.logout()]))
    isFull = false

    await inTime(client.logout())

    expect(first?.status).toBe('rejected')
    expect(app.tokens).toBeNull()
    expect(app.logouts).toMatchObject([{ reason: 'signed_out' }])
  })

  it('while restoring leaves a later sign-in alone where the clearing failed (I11)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const reads: (TokenSet | null | Error)[] = [tokens, tokens, new Error('locked')]
    const client = newClient({
      getTokens: async () => {
        const [read = app.tokens] = [reads.shift()]
        if (read instanceof Error) throw read
        return read
      },
    })

    await inTime(Promise.allSettled([client.logout()]))
    const later = login.signIn()
    app.tokens = { ...later, sessionId: 'session-b' }
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(app.tokens).toMatchObject(later)
  })

  it('of a sign-in that was not saved is not undone by callbacks that still show the previous session (I10)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const before = restore('fresh')
    const client = newClient({
      getTokens: () => before,
      saveTokens: () => {
        throw new Error('full')
      },
    })
    await inTime(client.fetch(url))

    await inTime(Promise.allSettled([client.setTokens(login.signIn()), client.logout()]))
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(client.state.status).toBe('ended')
    expect(app.clears).toBeGreaterThan(0)
  })

  it('settles where the first read hangs, and tells nothing of a session that nobody has seen', async () => {
    const { app, inTime, client: newClient } = world()
    const client = newClient({ getTokens: () => new Promise(() => {}) })
    await quiet()

    await inTime(Promise.allSettled([client.logout(), client.fetch(url)]), 60_000)

    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(app.logouts).toEqual([])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
    ['hangs', () => new Promise(() => {})],
  ])('ends the session here, tells the app once, and settles where clearTokens %s', async (_how, clearTokens) => {
    const { restore, app, resource, events, clock, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({ clearTokens })
    await quiet()

    await inTime(Promise.allSettled([client.logout()]), 60_000)
    await clock.advance(15_000)
    const response = await inTime(client.fetch(url))

    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(app.logouts).toHaveLength(1)
    expect(response.status).toBe(401)
    expect(shown(resource)).toEqual([null])
    expect(events('storage-error')[0]).toMatchObject({ operation: 'write', error: { code: 'ERR_STORAGE' } })
  })

  it('lets a new session end in its turn', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()

    await inTime(client.logout())
    await inTime(client.setTokens(login.signIn()))
    const { sessionId } = app.tokens ?? {}
    await inTime(client.logout())
    await quiet()

    expect(app.logouts.map((event) => event.sessionId)).toEqual(['session-a', sessionId])
  })
})

describe('logout during a refresh', () => {
  /** The server has rotated; the answer is on its way. */
  async function duringRefresh(standing: 'refused' | 'expired') {
    const given = world()
    const tokens = given.restore(standing)
    const client = given.client()
    await quiet()
    const release = given.hold(given.login.tokenEndpoint)
    const call = watch(client.fetch(url))
    await quiet()
    expect(given.login.refreshes).toBe(1)
    return { ...given, client, tokens, call, release }
  }

  it('wins: nothing is written back, the waiting call gets its own 401 (F39, I10)', async () => {
    const { client, call, release, app, resource, clock, inTime } = await duringRefresh('refused')

    await inTime(client.logout())
    release()
    await clock.advance(5_000)

    expect(call.value?.status).toBe(401)
    expect(await call.value?.text()).toBe('refused')
    expect(resource.requests).toHaveLength(1)
    expect(app.saves).toEqual([])
    expect(app.tokens).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(app.logouts).toHaveLength(1)
  })

  it('does not wait for it (rule 3)', async () => {
    const { client, app } = await duringRefresh('refused')

    const logout = watch(client.logout())
    await quiet()

    expect(logout.state).toBe('fulfilled')
    expect(app.logouts).toHaveLength(1)
  })

  it('has a rotation revoked that arrives later without a usable access token (rule 15)', async () => {
    const { restore, login, inTime, client: newClient } = world()
    restore('expired')
    const client = newClient()
    const answer = deferred<Response>()
    login.next(() => answer.promise)
    const call = client.fetch(url).catch(() => {})
    await quiet()

    await inTime(client.logout())
    answer.resolve(json(200, { token_type: 'Bearer', refresh_token: 'refresh-late' }))
    await inTime(call)
    await quiet()

    expect(login.revoked).toContain('refresh-late')
  })

  it('revokes a rotation that is being saved once', async () => {
    const { restore, login, fetch, inTime, client: newClient } = world()
    restore('expired')
    const revoked: (string | null)[] = []
    const saved = deferred()
    const client = newClient({
      saveTokens: () => saved.promise,
      fetch: (input, init) => {
        if (String(input) === login.revocationEndpoint) revoked.push(new URLSearchParams(String(init?.body)).get('token'))
        return fetch(input, init)
      },
    })
    const call = client.fetch(url).catch(() => {})
    await quiet()

    const logout = client.logout()
    saved.resolve(undefined)
    await inTime(Promise.all([logout, call]))
    await quiet()

    expect(login.refreshes).toBe(1)
    expect(revoked).toEqual(['refresh-2'])
  })

  it('has the rotation revoked that arrives later (rule 15)', async () => {
    const { client, tokens, release, login, clock, inTime } = await duringRefresh('refused')

    await inTime(client.logout())
    await clock.advance(1000)
    release()
    await clock.advance(5_000)

    const late = login.revoked.filter((token) => token !== tokens.refreshToken)
    expect(late.length).toBeGreaterThan(0)
    for (const token of late) expect(login.isSameSession(token, tokens.refreshToken)).toBe(true)
  })

  it('rejects the call that was not sent yet, and never sends it', async () => {
    const { client, call, release, resource, clock, inTime } = await duringRefresh('expired')

    await inTime(client.logout())
    release()
    await clock.advance(5_000)

    expect(call.reason).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(resource.requests).toHaveLength(0)
  })

  it.each(['getAccessToken', 'refresh'] as const)('rejects %s with SessionEndedError', async (method) => {
    const { restore, login, hold, clock, inTime, client: newClient } = world()
    restore('expired')
    const client = newClient()
    await quiet()
    const release = hold(login.tokenEndpoint)
    const call = watch<unknown>(client[method]())
    await quiet()

    await inTime(client.logout())
    release()
    await clock.advance(5_000)

    expect(call.reason).toMatchObject({ name: 'SessionEndedError', code: 'ERR_SESSION_ENDED' })
  })

  it('may happen in another tab: nothing is resurrected (F38, F36)', async () => {
    const { client, tokens, call, release, app, login, resource, clock } = await duringRefresh('refused')

    app.tokens = null
    release()
    await clock.advance(5_000)

    expect(call.value?.status).toBe(401)
    expect(resource.requests).toHaveLength(1)
    expect(app.saves).toEqual([])
    expect(app.tokens).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'ended_elsewhere' })
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'ended_elsewhere', sessionId: 'session-a' })])
    expect(login.revoked.length).toBeGreaterThan(0)
    for (const token of login.revoked) expect(login.isSameSession(token, tokens.refreshToken)).toBe(true)
  })
})

describe('an ended session', () => {
  it('sends calls out bare, hands back their 401, and asks the token endpoint nothing (rule 15)', async () => {
    const { restore, login, resource, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({ revocationEndpoint: null })
    await inTime(client.logout())

    const responses = [await inTime(client.fetch(url)), await inTime(client.fetch(url, { method: 'POST', body: 'x' }))]

    expect(responses.map(({ status }) => status)).toEqual([401, 401])
    expect(shown(resource)).toEqual([null, null])
    expect(login.requests).toHaveLength(0)
  })

  it.each(['anonymous', 'ended'])('rejects getAccessToken and refresh with SessionEndedError, as %s does', async (status) => {
    const { restore, inTime, client: newClient } = world()
    if (status === 'ended') restore('fresh')
    const client = newClient()
    await quiet()
    if (status === 'ended') await inTime(client.logout())

    const errors = [await rejection(inTime(client.getAccessToken())), await rejection(inTime(client.refresh()))]

    expect(client.state.status).toBe(status)
    for (const error of errors) expect(error).toMatchObject({ name: 'SessionEndedError', code: 'ERR_SESSION_ENDED' })
  })

  it('stays ended while the app still shows the same tokens (rule 15)', async () => {
    const { restore, app, resource, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({ clearTokens: null, saveTokens: () => {} })
    await inTime(client.fetch(url))

    await inTime(client.logout())
    const response = await inTime(client.fetch(url))

    expect(app.tokens).not.toBeNull()
    expect(response.status).toBe(401)
    expect(shown(resource).at(-1)).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(app.logouts).toHaveLength(1)
  })

  it('stays ended while only the access token differs: the refresh token tells (rule 15)', async () => {
    const { restore, login, app, resource, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const client = newClient({ clearTokens: null })
    await inTime(client.fetch(url))

    await inTime(client.logout())
    app.tokens = { ...tokens, accessToken: login.signIn().accessToken }
    await inTime(client.fetch(url))

    expect(shown(resource).at(-1)).toBeNull()
    expect(client.state.status).toBe('ended')
  })

  it('goes on as a new one when the callbacks show another refresh token (rule 15)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await inTime(client.logout())

    app.tokens = { ...login.signIn(), sessionId: 'session-b' }
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
    await inTime(client.logout())
    await quiet()
    expect(app.logouts.map(({ sessionId }) => sessionId)).toEqual(['session-a', 'session-b'])
  })

  it('goes on as a new one when another access token shows where there is no refresh token (rule 15)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const [first, second] = [login.signIn(), login.signIn()]
    app.tokens = { accessToken: first.accessToken }
    const client = newClient({ clearTokens: null })
    await inTime(client.fetch(url))
    await inTime(client.logout())
    const still = await inTime(client.fetch(url))

    app.tokens = { accessToken: second.accessToken }
    const response = await inTime(client.fetch(url))

    expect(still.status).toBe(401)
    expect(response.status).toBe(200)
    expect(client.state.status).toBe('authenticated')
  })

  it('ended by the server does not come back from a store that still holds it (rule 15, I10)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const tokens = restore('refused')
    login.revoke(tokens.accessToken)
    const client = newClient({ clearTokens: null })
    await inTime(client.fetch(url))

    const asked = login.tokenRequests.length
    for (let call = 0; call < 5; call++) await inTime(client.fetch(url))

    expect(client.state).toEqual({ status: 'ended', reason: 'refresh_rejected' })
    expect(login.tokenRequests).toHaveLength(asked)
    expect(app.saves).toEqual([])
    expect(app.logouts).toHaveLength(1)
  })
})

describe('onLogout', () => {
  it('hears refresh_rejected, with what the server said', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    login.revoke(restore('refused').accessToken)
    const client = newClient()

    await inTime(client.fetch(url))
    await quiet()

    expect(app.logouts).toEqual([{ reason: 'refresh_rejected', sessionId: 'session-a', error: expect.any(AuthError) }])
    expect(app.clears).toBe(1)
    expect(app.tokens).toBeNull()
  })

  it('hears no_refresh_token where the API refuses a token that nothing can renew (row 16)', async () => {
    const { login, app, inTime, client: newClient } = world()
    const { accessToken } = login.signIn()
    app.tokens = { accessToken, sessionId: 's' }
    login.spoilAccessTokens()
    const client = newClient()

    const response = await inTime(client.fetch(url))
    await quiet()

    expect(response.status).toBe(401)
    expect(client.state).toEqual({ status: 'ended', reason: 'no_refresh_token' })
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'no_refresh_token', sessionId: 's' })])
  })

  it('hears no_refresh_token where the lifetime of such a token is over', async () => {
    const { login, clock, app, inTime, client: newClient } = world()
    const { accessToken } = login.signIn()
    app.tokens = { accessToken, sessionId: 's', expiresAt: clock.now() - 1000 }
    login.spoilAccessTokens()
    const client = newClient()

    await Promise.allSettled([inTime(client.fetch(url))])
    await quiet()

    expect(client.state).toEqual({ status: 'ended', reason: 'no_refresh_token' })
    expect(app.logouts).toHaveLength(1)
  })

  it('hears ended_elsewhere where getTokens gives null in the middle; the call in flight keeps its 401 (F36)', async () => {
    const { restore, login, app, resource, hold, clock, client: newClient } = world()
    const tokens = restore('refused')
    const client = newClient()
    await quiet()
    const release = hold(url)
    const call = watch(client.fetch(url))
    await quiet()

    app.tokens = null
    release()
    await clock.advance(5_000)

    expect(call.value?.status).toBe(401)
    expect(shown(resource)).toEqual([tokens.accessToken])
    expect(login.tokenRequests).toHaveLength(0)
    expect(client.state).toEqual({ status: 'ended', reason: 'ended_elsewhere' })
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'ended_elsewhere', sessionId: 'session-a' })])
  })

  it('hears ended_elsewhere at the next call, which goes out bare (F36)', async () => {
    const { restore, app, resource, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const client = newClient()
    await inTime(client.fetch(url))

    app.tokens = null
    const responses = [await inTime(client.fetch(url)), await inTime(client.fetch(url))]
    await quiet()

    expect(responses.map(({ status }) => status)).toEqual([401, 401])
    expect(shown(resource)).toEqual([tokens.accessToken, null, null])
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'ended_elsewhere' })])
  })

  it('fires once for a hundred waiting calls (F106, I5)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    login.revoke(restore('refused').accessToken)
    const client = newClient()

    const responses = await inTime(Promise.all(Array.from({ length: 100 }, () => client.fetch(url))))
    await quiet()

    expect(responses.every(({ status }) => status === 401)).toBe(true)
    expect(app.logouts).toHaveLength(1)
  })

  it('fires after the state has settled (rule 7)', async () => {
    const { restore, login, inTime, client: newClient } = world()
    login.revoke(restore('refused').accessToken)
    const seen: unknown[] = []
    const client = newClient({ onLogout: () => void seen.push(client.state) })

    await inTime(client.fetch(url))
    await quiet()

    expect(seen).toEqual([{ status: 'ended', reason: 'refresh_rejected' }])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('navigation failed')
      },
    ],
    ['rejects', () => Promise.reject(new Error('navigation failed'))],
    ['hangs', () => new Promise(() => {})],
  ])('may be one that %s: calls settle all the same (F100, rule 7)', async (how, fail) => {
    const { restore, login, events, inTime, client: newClient } = world()
    login.revoke(restore('refused').accessToken)
    let fired = 0
    const client = newClient({
      onLogout: () => {
        fired++
        return fail() as never
      },
    })

    const response = await inTime(client.fetch(url), 10_000)
    await quiet()

    expect(response.status).toBe(401)
    expect(fired).toBe(1)
    expect(events('callback-error')).toEqual(
      how === 'hangs'
        ? []
        : [{ type: 'callback-error', at: expect.any(Number), callback: 'onLogout', error: new Error('navigation failed') }],
    )
  })

  it('may call fetch: it waits for nothing that waits for it (F101)', async () => {
    const { restore, login, inTime, client: newClient } = world()
    login.revoke(restore('refused').accessToken)
    const inside = deferred<number>()
    const client = newClient({
      onLogout: async () => inside.resolve((await client.fetch(`${url}/goodbye`)).status),
    })

    const response = await inTime(client.fetch(url), 10_000)

    expect(response.status).toBe(401)
    expect(await inTime(inside.promise, 10_000)).toBe(401)
  })

  it.each(['refresh_rejected', 'signed_out', 'ended_elsewhere'] as const)(
    'may sign in anew after %s: that is not undone (F107)',
    async (reason) => {
      const { restore, login, app, clock, inTime, client: newClient } = world()
      restore(reason === 'refresh_rejected' ? 'refused' : 'fresh')
      const heard: LogoutEvent[] = []
      let next: TokenSet | undefined
      const client = newClient({
        clearTokens: async () => {
          await quiet()
          app.tokens = null
        },
        onLogout: async (event) => {
          heard.push(event)
          next = login.signIn()
          await client.setTokens(next)
        },
      })
      await quiet()

      if (reason === 'refresh_rejected') login.next(() => json(400, { error: 'invalid_grant' }))
      if (reason === 'ended_elsewhere') app.tokens = null
      await inTime<unknown>(reason === 'signed_out' ? client.logout() : client.fetch(url))
      await clock.advance(30_000)

      expect(heard.map((event) => event.reason)).toEqual([reason])
      expect(client.state.status).toBe('authenticated')
      expect(app.tokens).toMatchObject(next as TokenSet)
      expect((await inTime(client.fetch(url))).status).toBe(200)
    },
  )

  it('is never fired by what a resource answers alone, with something to refresh with (A50)', async () => {
    const { restore, resource, app, clock, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    const refusal = 'Bearer error="invalid_token"'
    resource.always(() => new Response('no', { status: 401, headers: { 'WWW-Authenticate': refusal } }))

    for (let call = 0; call < 20; call++) {
      await inTime(Promise.allSettled([client.fetch(url)]))
      await clock.advance(1000)
    }

    expect(client.state.status).toBe('authenticated')
    expect(app.logouts).toEqual([])
  })
})
