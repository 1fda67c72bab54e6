import {
  type AuthenticatedClient,
  type AuthenticatedClientOptions,
  type Lock,
  memoryStore,
  type StoredSession,
  sameTokens,
  type TokenSet,
  type TokenStore,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { presented, rejection, shown, url, watch, world } from './world.ts'

expectQuietProcess()

const session = { sessionId: 'session-a' }
const invalidGrant = () => json(400, { error: 'invalid_grant' })

describe('a rotation by somebody else', () => {
  it('is adopted at the next call, without a refresh (F43)', async () => {
    const { restore, login, app, resource, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()
    await quiet()

    app.tokens = { ...login.signIn(), ...session }
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual([app.tokens.accessToken])
    expect(login.tokenRequests).toHaveLength(0)
    expect(app.saves).toEqual([])
  })

  it('that comes while we wait for the lock is adopted under it, the old token never spent (rule 4, I9)', async () => {
    const { restore, login, app, resource, clock, client: newClient } = world()
    const tokens = restore('refused')
    const free = deferred()
    const lock: Lock = {
      hold: async (_name, task) => {
        await free.promise
        return task(new AbortController().signal)
      },
    }
    const client = newClient({ lock })
    await quiet()
    const calls = [watch(client.fetch(url)), watch(client.fetch(url, { method: 'POST', body: 'x' }))]
    await quiet()

    app.tokens = { ...login.signIn(), ...session }
    free.resolve()
    await clock.advance(2_000)

    expect(calls.map(({ value }) => value?.status)).toEqual([200, 200])
    expect(shown(resource)).toEqual([tokens.accessToken, tokens.accessToken, app.tokens.accessToken, app.tokens.accessToken])
    expect(login.tokenRequests).toHaveLength(0)
  })

  it('is adopted after invalid_grant: no logout (F10, F43, rule 4)', async () => {
    const { restore, login, app, resource, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()
    await quiet()
    login.next(() => {
      // An older SDK has rotated and saved without our lock, just before our request came.
      app.tokens = { ...login.signIn(), ...session }
      return invalidGrant()
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource).at(-1)).toBe(app.tokens?.accessToken)
    expect(client.state.status).toBe('authenticated')
    expect([app.logouts, app.clears, app.saves]).toEqual([[], 0, []])
  })

  it('is adopted after invalid_grant though the store shows it a little later (F45, rule 4)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('refused')
    let lag: TokenSet[] = []
    const client = newClient({ getTokens: () => lag.shift() ?? app.tokens })
    await quiet()
    login.next(() => {
      const stale = app.tokens as TokenSet
      app.tokens = { ...login.signIn(), ...session }
      lag = [stale, stale]
      return invalidGrant()
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(app.logouts).toEqual([])
  })

  it('of another session is found after invalid_grant: the call gets its own 401, nobody is logged out (F10, F40)', async () => {
    const { restore, login, app, resource, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()
    await quiet()
    login.next(() => {
      app.tokens = { ...login.signIn(), sessionId: 'session-b' }
      return invalidGrant()
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(shown(resource)).toHaveLength(1)
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
    expect(app.logouts).toEqual([])
  })

  it('may be hidden by a read that fails after invalid_grant: unavailable, not the end (rule 4, F35)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('refused')
    let isLocked = false
    const client = newClient({
      getTokens: () => {
        if (isLocked) throw new Error('locked')
        return app.tokens
      },
    })
    await quiet()
    login.next(() => {
      isLocked = true
      return invalidGrant()
    })

    const error = await rejection(inTime(client.fetch(url)))
    await quiet()

    expect(error).toMatchObject({ name: 'RefreshUnavailableError' })
    expect(client.state.status).toBe('authenticated')
    expect([app.logouts, app.clears]).toEqual([[], 0])
  })

  it('by eight clients that wake at once after a night is one refresh (F46, F59)', async () => {
    const { login, resource, clock, inTime, client: newClient } = world()
    const store = memoryStore({ ...login.signIn(), ...session })
    const clients = Array.from({ length: 8 }, () => newClient({ store }))
    await inTime(Promise.all(clients.map((client) => client.fetch(url))))

    clock.jump(8 * 3_600_000)
    const responses = await inTime(Promise.all(clients.map((client) => client.fetch(url))))

    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect(login.refreshes).toBe(1)
    expect(login.reuses).toBe(0)
    expect(new Set(shown(resource).slice(8)).size).toBe(1)
  })
})

it('of a session that the server has refused is adopted where the store shows it only then: it is not cleared (F43)', async () => {
  const { restore, login, app, inTime, client: newClient } = world()
  const tokens = restore('refused')
  const theirs = { ...login.signIn(), ...session }
  const written: unknown[] = []
  const client: AuthenticatedClient = newClient({
    store: {
      read: async () => (app.logouts.length || client.state.status === 'ended' ? theirs : null),
      write: async (next) => {
        written.push(next)
        throw new Error('quota exceeded')
      },
    },
  })
  await quiet()
  await inTime(client.setTokens({ ...tokens, ...session }).catch(() => {}))
  login.next(invalidGrant)

  await inTime(client.refresh().catch(() => {}))
  await quiet()

  expect(client.state).toMatchObject({ status: 'authenticated', ...session })
  expect(written).not.toContain(null)
})

it('a session that was refused while the clearing of an earlier one hangs says so, though others have cleared it by then (I5)', async () => {
  const { restore, login, app, clock, client: newClient } = world()
  let cell: StoredSession | null = restore('refused')
  let clears = 0
  const client = newClient({
    store: {
      read: async () => cell,
      write: async (next) => {
        if (next) cell = next
        else if (clears++) {
          cell = null
          return false
        } else return new Promise(() => {})
        return true
      },
    },
  })
  login.next(invalidGrant)
  const first = watch(client.fetch(url))
  await clock.advance(1_000)
  const signedIn = watch(client.setTokens({ ...login.signIn(), sessionId: 'session-b' }))
  login.next(invalidGrant)
  const second = watch(client.refresh())
  await clock.advance(30_000)

  expect([first.state, signedIn.state, second.state]).not.toContain('pending')
  expect(app.logouts.at(-1)).toMatchObject({ reason: 'refresh_rejected', sessionId: 'session-b' })
})

it('is not undone by a late clearTokens of a session that the server has refused: who signed in meanwhile stays (I10)', async () => {
  const { restore, login, app, clock, client: newClient } = world()
  restore('refused')
  login.next(invalidGrant)
  let clears = 0
  const client = newClient({
    clearTokens: async () => {
      await clock.sleep(clears++ ? 1 : 30_000)
      app.tokens = null
    },
  })
  const call = watch(client.fetch(url))
  await clock.advance(15_000)
  const signedIn = watch(client.setTokens(login.signIn()))
  await clock.advance(30_000)

  expect([call.value?.status, signedIn.state]).toEqual([401, 'fulfilled'])
  expect(app.tokens).toMatchObject({ refreshToken: 'refresh-2' })
  expect(client.state.status).toBe('authenticated')
})

it('a session that replaced a refused one and is then signed out elsewhere ends as ended_elsewhere: the refusal was not its own (I5)', async () => {
  const { restore, login, app, clock, client: newClient } = world()
  let cell: StoredSession | null = restore('expired')
  let hint = (): void => {}
  const clearing = deferred<boolean>()
  const client = newClient({
    store: {
      read: async () => cell,
      write: (next) => (next ? true : clearing.promise),
      subscribe: (listener) => {
        hint = listener
        return () => {}
      },
    },
  })
  login.next(invalidGrant)
  const call = watch(client.fetch(url))
  await clock.advance(2_000)

  cell = { ...login.signIn(), sessionId: 'session-b' }
  hint()
  await quiet()
  cell = null
  clearing.resolve(false)
  await clock.advance(2_000)

  expect(call.state).not.toBe('pending')
  expect(app.logouts).toMatchObject([{ reason: 'ended_elsewhere', sessionId: 'session-b' }])
})

it('by a tab that signed out and in again with the same refresh token is adopted by others, and not written over', async () => {
  const { restore, login, client: newClient, inTime } = world()
  const tokens = restore('fresh')
  const store = memoryStore()
  const written: (string | undefined)[] = []
  const watched: TokenStore = {
    ...store,
    write: (next, expected) => {
      written.push((next as TokenSet | null)?.accessToken)
      return store.write(next, expected)
    },
  }
  const one = newClient({ store: watched })
  await inTime(one.setTokens({ ...tokens, sessionId: undefined }))
  await inTime(one.logout())
  await inTime(one.setTokens({ ...tokens, sessionId: undefined }))
  const other = newClient({ store })
  await quiet()
  written.length = 0
  login.next(() => json(200, { access_token: 'access-of-other', token_type: 'Bearer' }))

  await inTime(other.refresh())
  await quiet()

  expect(written).toEqual([])
  expect(await inTime(one.getAccessToken())).toBe('access-of-other')
})

describe('a consumed refresh token', () => {
  it('is not adopted from a store that goes back to it (rule 4)', async () => {
    const { restore, login, app, resource, inTime, client: newClient } = world()
    const old = restore('refused')
    const client = newClient()
    await inTime(client.fetch(url))
    const rotated = app.tokens as TokenSet

    app.tokens = old
    login.spoilAccessTokens()
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(await presented(login)).toEqual([old.refreshToken, rotated.refreshToken])
    expect(shown(resource).slice(2)).not.toContain(old.accessToken)
    expect(login.reuses).toBe(0)
    expect(app.logouts).toEqual([])
  })

  it('is not presented by a client whose reads lag for ever (F45, I2)', async () => {
    const { restore, login, inTime, client: newClient, app } = world()
    const old = restore('refused')
    const client = newClient({ getTokens: () => old, saveTokens: () => {} })

    for (let round = 0; round < 4; round++) {
      expect((await inTime(client.fetch(url))).status).toBe(200)
      login.spoilAccessTokens()
    }

    const tokens = await presented(login)
    expect(new Set(tokens).size).toBe(tokens.length)
    expect(login.reuses).toBe(0)
    expect(app.logouts).toEqual([])
  })
})

interface Place {
  held: StoredSession | null
  /** Runs before a write is compared. */
  meanwhile: () => void
  /** Whether it says false though nothing has moved. */
  refuses: boolean
}

/** A store that swaps, and lets somebody else in right before it does. */
function swapping(initial: TokenSet): Place & { readonly store: TokenStore } {
  const place: Place = { held: initial, meanwhile: () => {}, refuses: false }
  const store: TokenStore = { read: () => place.held, write: (next, expected) => swap(place, next, expected) }
  return Object.assign(place, { store })
}

/** The same with plain callbacks: `saveTokens` says false. */
function refusing(initial: TokenSet): Place & { readonly callbacks: AuthenticatedClientOptions } {
  const place: Place = { held: initial, meanwhile: () => {}, refuses: false }
  const callbacks: AuthenticatedClientOptions = {
    getTokens: () => place.held as TokenSet | null,
    saveTokens: async (next, previous) => swap(place, next, previous),
    clearTokens: () => {
      place.held = null
    },
  }
  return Object.assign(place, { callbacks })
}

function swap(place: Place, next: StoredSession | null, expected: StoredSession | null): boolean {
  place.meanwhile()
  if (place.refuses || !sameTokens(place.held, expected)) return false
  place.held = next
  return true
}

describe.each([
  ['a store whose write', swapping],
  ['callbacks whose saveTokens', refusing],
] as const)('%s says false after a refresh', (_what, make) => {
  async function refused() {
    const given = world()
    const first = given.restore('refused')
    const place = make(first)
    const client = given.client('store' in place ? { store: place.store } : place.callbacks)
    await quiet()
    return { ...given, first, place, client }
  }

  it('adopts what is there where the same session has moved, and revokes nothing (rule 3, F43)', async () => {
    const { first, place, client, login, resource, app, inTime } = await refused()
    const theirs = { ...login.signIn(), ...session }
    place.meanwhile = () => {
      place.held = theirs
    }

    const response = await inTime(client.fetch(url, { method: 'POST', body: 'x' }))
    await quiet()

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual([first.accessToken, theirs.accessToken])
    expect(place.held).toEqual(theirs)
    expect(login.revoked).toEqual([])
    expect(app.logouts).toEqual([])
    expect((await inTime(client.fetch(url))).status).toBe(200)
  })

  it('drops ours and has it revoked where another session is there (rule 3, F40)', async () => {
    const { first, place, client, login, resource, app, inTime } = await refused()
    const theirs = { ...login.signIn(), sessionId: 'session-b' }
    place.meanwhile = () => {
      place.held = theirs
    }

    const response = await inTime(client.fetch(url))
    await quiet()

    expect(response.status).toBe(401)
    expect(shown(resource)).toEqual([first.accessToken])
    expect(place.held).toEqual(theirs)
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-b' })
    expect(login.revoked.length).toBeGreaterThan(0)
    for (const token of login.revoked) expect(login.isSameSession(token, first.refreshToken)).toBe(true)
    expect(app.logouts).toEqual([])
  })

  it('drops ours and has it revoked where the session is gone (rule 3, F38)', async () => {
    const { first, place, client, login, resource, app, inTime } = await refused()
    place.meanwhile = () => {
      place.held = null
    }

    const response = await inTime(client.fetch(url))
    await quiet()

    expect(response.status).toBe(401)
    expect(shown(resource)).toEqual([first.accessToken])
    expect(place.held).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'ended_elsewhere' })
    expect(login.revoked.length).toBeGreaterThan(0)
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'ended_elsewhere' })])
  })

  it('keeps ours in memory where nothing has moved, says so, and saves again at the next call (rules 3 and 5)', async () => {
    const { first, place, client, login, app, events, inTime } = await refused()
    place.refuses = true

    const response = await inTime(client.fetch(url))
    await quiet()
    const held = place.held
    place.refuses = false
    const next = await inTime(client.fetch(url))
    await quiet()

    expect([response.status, next.status]).toEqual([200, 200])
    expect(held).toEqual(first)
    expect(events('storage-error').map(({ operation }) => operation)).toContain('write')
    expect(place.held).not.toEqual(first)
    expect(login.isSameSession((place.held as TokenSet).refreshToken, first.refreshToken)).toBe(true)
    expect(await presented(login)).toEqual([first.refreshToken])
    expect([login.revoked, app.logouts]).toEqual([[], []])
  })
})

describe('setTokens and logout', () => {
  it('swap again until they win (rule 3)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const place = swapping(restore('fresh'))
    const client = newClient({ store: place.store })
    await quiet()
    let others = 3
    place.meanwhile = () => {
      if (others-- > 0) place.held = { ...login.signIn(), sessionId: place.held?.sessionId }
    }
    const tokens = login.signIn()

    await inTime(client.setTokens(tokens))
    const afterSignIn = place.held
    others = 3
    await inTime(client.logout())
    await quiet()

    expect(afterSignIn).toMatchObject(tokens)
    expect(place.held).toBeNull()
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(app.logouts).toHaveLength(1)
  })
})

describe('the name of the lock', () => {
  async function nameOf(options: { readonly clientId?: string; readonly tokenEndpoint?: string; readonly sessionId?: string | undefined }) {
    const { restore, app, inTime, client: newClient } = world()
    const names: string[] = []
    const { sessionId, ...rest } = options
    const { sessionId: _, ...tokens } = restore('refused')
    app.tokens = sessionId === undefined ? tokens : { ...tokens, sessionId }
    const lock: Lock = {
      hold: (name, task) => {
        names.push(name)
        return task(new AbortController().signal)
      },
    }
    await Promise.allSettled([inTime(newClient({ ...rest, lock }).fetch(url))])
    return names[0]
  }

  it('tells token endpoint, client id and session apart (rule 4, F42, F58)', async () => {
    const endpoint = 'https://login.example.com/token'

    expect(await nameOf({ sessionId: 'session-a' })).toBe(`authenticated-client:${JSON.stringify([endpoint, 'web', 'session-a'])}`)
    expect(await nameOf({ clientId: 'mobile', sessionId: 's' })).toBe(`authenticated-client:${JSON.stringify([endpoint, 'mobile', 's'])}`)
    expect(await nameOf({})).toBe(`authenticated-client:${JSON.stringify([endpoint, 'web', ''])}`)
    expect(await nameOf({ tokenEndpoint: 'https://login.example.com/t2', sessionId: 's' })).toBe(
      `authenticated-client:${JSON.stringify(['https://login.example.com/t2', 'web', 's'])}`,
    )
  })
})

describe('a lock that is never granted', () => {
  it('is waited for 3 × refreshTimeout, then the refresh is unavailable, without a cool-down (rule 4, A42, F52)', async () => {
    const { restore, login, app, clock, client: newClient } = world()
    restore('refused')
    const waits: number[] = []
    const lock: Lock = {
      hold: (_name, _task, { waitTimeout, signal }) => {
        waits.push(waitTimeout)
        return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const client = newClient({ lock, refreshTimeout: 2_000 })
    await quiet()

    const call = watch(client.fetch(url))
    await clock.advance(60_000)

    expect(waits[0]).toBe(6_000)
    expect(call.reason).toMatchObject({ name: 'RefreshUnavailableError' })
    expect(call.reason).not.toHaveProperty('retryAt', expect.any(Number))
    expect(login.tokenRequests).toHaveLength(0)
    expect(client.state.status).toBe('authenticated')
    expect(app.logouts).toEqual([])
  })

  it('has its LockTimeoutError as the cause', async () => {
    const { restore, clock, inTime, client: newClient } = world()
    restore('refused')
    const { localLock } = await import('authenticated-client')
    const lock = localLock(clock)
    const names = new Set<string>()
    const client = newClient({
      lock: {
        hold: async (name, task, options) => {
          if (!names.has(name)) {
            names.add(name)
            void lock.hold(name, () => new Promise(() => {}), { waitTimeout: 1_000 })
          }
          return lock.hold(name, task, options)
        },
      },
    })

    const error = await rejection(inTime(client.fetch(url)))

    expect(error).toMatchObject({ name: 'RefreshUnavailableError', cause: { name: 'LockTimeoutError', code: 'ERR_LOCK_TIMEOUT' } })
  })
})
