import {
  AuthenticatedClient,
  type Lock,
  LockTimeoutError,
  localLock,
  memoryStore,
  refreshTokenGrant,
  type TokenSet,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { api, authorizationServer, json, network, silence } from '../support/authorization-server.ts'
import { quiet, testClock } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { calls, inTime, presented, rejection, shown, signedIn, tokenEndpoint, url, type World, watch, watchedLock } from './signed-in.ts'

const never = new AbortController().signal

describe('the refresh lock', () => {
  it('is held once around one refresh of many calls', async () => {
    const names: string[] = []
    const { client, login, inTime } = await signedIn({ standing: 'expired', lock: recording(names) })

    await inTime(Promise.all(calls(client, 100)))

    expect(names).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it.each([[[]], [[null]]])('may give its task no signal `lost`, but %j: then it counts as kept', async (given) => {
    const hold = (_name: string, task: (...lost: unknown[]) => Promise<unknown>) => task(...given)
    const { client, login, inTime } = await signedIn({ standing: 'expired', lock: { hold } as unknown as Lock })

    expect((await inTime(client.fetch(url))).status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('is not needed for calls whose token is good (A42)', async () => {
    const names: string[] = []
    const { client, inTime } = await signedIn({ lock: recording(names) })

    await inTime(Promise.all(calls(client, 10)))

    expect(names).toEqual([])
  })

  it('is named after token endpoint, client and session (F42, rule 4)', async () => {
    const names: string[] = []
    const { client, inTime } = await signedIn({ sessionId: 'session-1', lock: recording(names) })

    await inTime(client.refresh())

    expect(names).toEqual([`authenticated-client:${JSON.stringify([tokenEndpoint, 'web', 'session-1'])}`])
  })

  it('is named without a session id where there is none to compare (F42, rule 4)', async () => {
    const names: string[] = []
    const { client, inTime } = await signedIn({ lock: recording(names) })

    await inTime(client.refresh())

    expect(names).toEqual([`authenticated-client:${JSON.stringify([tokenEndpoint, 'web', ''])}`])
  })

  it('has another name for another client id, endpoint or session; and the same for the same (F42, A39)', async () => {
    const nameOf = async (setting: { endpoint?: string; clientId?: string; sessionId?: string }): Promise<string | undefined> => {
      const names: string[] = []
      const { endpoint = tokenEndpoint, clientId = 'web', sessionId = 's' } = setting
      const { client, inTime } = await signedIn({ sessionId, tokenEndpoint: endpoint, clientId, lock: recording(names) })
      await inTime(client.refresh().catch(() => {}))
      return names[0]
    }

    const base = await nameOf({})
    const others = [
      await nameOf({ endpoint: 'https://login.example.com/other' }),
      await nameOf({ clientId: 'mobile' }),
      await nameOf({ sessionId: 't' }),
    ]

    expect(await nameOf({})).toBe(base)
    expect(new Set([base, ...others]).size).toBe(4)
  })

  it('keeps its name when the pair rotates (rule 4)', async () => {
    const names: string[] = []
    const { client, inTime } = await signedIn({ sessionId: 's', lock: recording(names) })

    await inTime(client.refresh())
    await inTime(client.refresh())

    expect(names).toHaveLength(2)
    expect(new Set(names).size).toBe(1)
  })

  it('is followed by a look at the store: a newer pair that is fresh is adopted (F46, rule 4)', async () => {
    const { world, moved } = await movedUnderLock(3_600_000)

    const response = await world.inTime(world.client.fetch(url))

    expect(response.status).toBe(200)
    expect(world.login.requests).toHaveLength(0)
    expect(shown(world.resource)).toEqual([moved.accessToken])
  })

  it('is followed by a look at the store: of a newer pair that is spent itself, the newer refresh token is presented (rule 4)', async () => {
    const { world, moved } = await movedUnderLock(-1)

    const response = await world.inTime(world.client.fetch(url))

    expect(response.status).toBe(200)
    expect(await Promise.all(world.login.tokenRequests.map(presented))).toEqual([moved.refreshToken])
    expect(world.login.reuses).toBe(0)
  })

  it('taken late, when the store holds a newer pair that the API refuses as well: that pair is refreshed for the call that it was refused to (row 17)', async () => {
    const { world, move, grant } = await waitingForLock()
    const { client, login, resource, inTime } = world

    const spent = client.fetch(url)
    await quiet()
    move()
    login.spoilAccessTokens()
    const refused = client.fetch(url)
    await quiet()
    grant()

    expect((await inTime(spent)).status).toBe(200)
    expect((await inTime(refused)).status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    expect(new Set(shown(resource)).size).toBe(2)
  })

  it('taken late, when a newer pair was here before the app asked to refresh: that pair is refreshed', async () => {
    const { world, move, grant } = await waitingForLock()
    const { client, login, inTime } = world

    const spent = client.fetch(url)
    await quiet()
    move()
    const asked = client.refresh()
    await quiet()
    grant()
    await inTime(Promise.all([spent, asked]))

    expect(login.tokenRequests).toHaveLength(1)
  })

  it('is waited for 3 × refreshTimeout at most (rule 4)', async () => {
    const waits: number[] = []
    const lock: Lock = {
      hold: (_name, task, { waitTimeout }) => {
        waits.push(waitTimeout)
        return task(never)
      },
    }
    const settings = [{}, { refreshTimeout: 2000 }, { refreshTimeout: false as const }]

    for (const setting of settings) {
      const { client, inTime } = await signedIn({ lock, ...setting })
      await inTime(client.refresh())
    }

    expect(waits).toEqual([30_000, 6000, 30_000])
  })

  it('reaches as far as this client where none is given in Node (F53)', async () => {
    const { client } = await signedIn()

    expect(client.coordination).toBe('client')
  })

  it('is kept until saving is done, while the calls go on after a second (F33, rule 5)', async () => {
    const saved = deferred()
    const lock = watchedLock()
    const { client, clock } = await signedIn({
      standing: 'expired',
      saving: async (_next, save) => {
        await saved.promise
        save()
      },
      lock,
    })

    const call = watch(client.fetch(url))
    await clock.advance(500)
    const early = call.state
    await clock.advance(1000)
    const heldWhileSaving = lock.isHeld
    const late = call.state
    saved.resolve()
    await quiet()

    expect(early).toBe('pending')
    expect(late).toBe('fulfilled')
    expect(heldWhileSaving).toBe(true)
    expect(lock.isHeld).toBe(false)
  })

  it.each([
    ['has succeeded', rotation],
    ['is refused', () => json(400, { error: 'invalid_grant' })],
    ['has no answer', () => Promise.reject(new TypeError('fetch failed'))],
  ])(
    'is kept until a pair is saved that came during a refresh which %s: nobody reads what was consumed (I2, found by simulation)',
    async (_name, answer) => {
      const saved = deferred()
      const { client, isHeld } = await overtaken(() => saved.promise, answer)

      const whileSaving = isHeld()
      saved.resolve()
      await quiet()

      expect(client.state).toMatchObject({ sessionId: 's', generation: 2 })
      expect(whileSaving).toBe(true)
      expect(isHeld()).toBe(false)
    },
  )

  it('is let go after a second where such a pair is never saved (rule 7)', async () => {
    const { clock, isHeld } = await overtaken(() => new Promise(() => {}))

    await clock.advance(999)
    const before = isHeld()
    await clock.advance(1)

    expect(before).toBe(true)
    expect(isHeld()).toBe(false)
  })
})

/** A refresh has its answer, and another pair of the same session has come before it, which is being saved. */
async function overtaken(saving: () => Promise<void>, answer: () => Response | Promise<Response> = rotation) {
  let isHeld = false
  const { client, clock, login } = await signedIn({
    standing: 'expired',
    sessionId: 's',
    saving: async (_next, save) => {
      await saving()
      save()
    },
    lock: {
      async hold(_name, task) {
        isHeld = true
        return task(never).finally(() => {
          isHeld = false
        })
      },
    },
  })
  login.next(() => {
    void client.setTokens({ ...login.signIn(), sessionId: 's' })
    return answer()
  })
  void client.fetch(url)
  await quiet()
  return { client, clock, isHeld: () => isHeld }
}

function rotation(): Response {
  return json(200, { access_token: 'from-refresh', refresh_token: 'from-refresh', token_type: 'Bearer' })
}

describe('two clients at one lock', () => {
  it('send one token request: the second adopts what the first has saved (F46, F59, rule 4)', async () => {
    const { clock, login, resource, clients } = twoClients()

    const responses = await inTime(clock, Promise.all(clients.flatMap((client) => calls(client, 20))))

    expect(responses.map(({ status }) => status)).toEqual(Array(40).fill(200))
    expect(login.tokenRequests).toHaveLength(1)
    expect(login.reuses).toBe(0)
    expect(new Set(shown(resource))).toEqual(new Set(['access-2']))
  })

  it('do the same after a 401 (F61, rule 4)', async () => {
    const { clock, login, clients } = twoClients('refused')

    const responses = await inTime(clock, Promise.all(clients.flatMap((client) => calls(client, 20))))

    expect(responses.map(({ status }) => status)).toEqual(Array(40).fill(200))
    expect(login.tokenRequests).toHaveLength(1)
    expect(login.reuses).toBe(0)
  })

  it('go on when the holder dies in the middle: the next holder reads again and presents the token itself (F51)', async () => {
    const died = deferred()
    const lost = new AbortController()
    let holders = 0
    const { clock, login, clients, logouts } = twoClients('expired', {
      hold: async (_name, task) => {
        if (holders++ > 0) {
          await died.promise
          return task(never)
        }
        void task(lost.signal).catch(() => {})
        await died.promise
        throw new Error('died')
      },
    })
    login.next(silence)
    const dead = clients[0]!.fetch(url)
    dead.catch(() => {})
    await quiet()

    const call = clients[1]!.fetch(url)
    await quiet()
    const before = login.tokenRequests.length
    lost.abort()
    died.resolve()
    const response = await inTime(clock, call)

    expect(before).toBe(1)
    expect(response.status).toBe(200)
    expect(logouts).toEqual([])
  })

  it('end the session once each when it is over', async () => {
    const { clock, login, clients, logouts } = twoClients()
    login.always(() => json(400, { error: 'invalid_grant' }))

    await inTime(clock, Promise.all(clients.flatMap((client) => calls(client, 5).map(rejection))))
    await clock.advance(1000)

    expect(logouts).toHaveLength(2)
    expect(login.tokenRequests.length).toBeLessThanOrEqual(2)
  })

  it('share a memoryStore in the same way, without any lock of the app (F59)', async () => {
    const clock = testClock()
    const login = authorizationServer({ clock })
    const store = memoryStore({ ...login.signIn(), expiresAt: clock.now() - 1, sessionId: 's' })
    const clients = [1, 2].map(
      () =>
        new AuthenticatedClient({
          grant: refreshTokenGrant({ tokenEndpoint, clientId: 'web' }),
          allowedOrigins: ['https://api.example.com'],
          store,
          fetch: network(login, api(login)),
          clock,
        }),
    )

    const responses = await inTime(clock, Promise.all(clients.flatMap((client) => calls(client, 20))))

    expect(responses.map(({ status }) => status)).toEqual(Array(40).fill(200))
    expect(login.tokenRequests).toHaveLength(1)
    expect(login.reuses).toBe(0)
  })
})

describe('a lock that is not granted', () => {
  const stuck: [string, () => Lock][] = [
    ['says so with LockTimeoutError', () => ({ hold: () => Promise.reject(new LockTimeoutError()) })],
    ['never settles and ignores waitTimeout (F52, A42)', () => ({ hold: () => new Promise(() => {}) })],
  ]

  for (const [name, lock] of stuck) {
    it(`because it ${name}: what somebody else has saved meanwhile is adopted (rule 4)`, async () => {
      const { client, clock, login, resource, app, inTime } = await signedIn({
        standing: 'expired',
        sessionId: 's',
        lock: lateTimeout(lock),
      })
      const newer = login.signIn()

      const call = client.fetch(url)
      await clock.advance(500)
      app.tokens = { ...newer, sessionId: 's' }
      const response = await inTime(call)

      expect(response.status).toBe(200)
      expect(login.tokenRequests).toHaveLength(0)
      expect(shown(resource)).toEqual([newer.accessToken])
    })

    it(`because it ${name}: otherwise the refresh is unavailable, nothing is presented, nothing is stolen (rule 4, F52)`, async () => {
      const { client, login, app, inTime } = await signedIn({ standing: 'expired', lock: lock() })

      const errors = await inTime(Promise.all(calls(client, 10).map(rejection)))

      for (const error of errors) expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(login.requests).toHaveLength(0)
      expect(app.logouts).toEqual([])
      expect(client.state.status).toBe('authenticated')
    })

    it(`because it ${name}: no cool-down is opened, the next call asks for the lock at once (rule 4)`, async () => {
      let current = lock()
      const { client, login, inTime } = await signedIn({
        standing: 'expired',
        lock: { hold: (...parameters) => current.hold(...parameters) },
      })
      const error = await rejection(inTime(client.fetch(url)))

      current = recording([])
      const response = await inTime(client.fetch(url), 100)

      expect((error as { retryAt?: number }).retryAt).toBeUndefined()
      expect(response.status).toBe(200)
      expect(login.tokenRequests).toHaveLength(1)
    })

    it(`because it ${name}: a token that is not over is sent (A42)`, async () => {
      const { client, resource, inTime } = await signedIn({ standing: 'nearly spent', refreshTimeout: 1000, lock: lock() })

      const response = await inTime(client.fetch(url))

      expect(response.status).toBe(200)
      expect(shown(resource)).toEqual(['access-1'])
    })
  }

  it('until everybody has given up spends nothing when it is granted after all (rule 4)', async () => {
    let grant: (() => Promise<unknown>) | undefined
    const { client, clock, login, app, inTime } = await signedIn({
      standing: 'expired',
      lock: {
        hold: (_name, task) =>
          new Promise((resolve, reject) => {
            grant = () => task(never).then(resolve, reject)
          }),
      },
    })
    await rejection(inTime(client.fetch(url)))

    await Promise.race([grant?.().catch(() => {}), clock.advance(20_000)])

    expect(login.requests).toHaveLength(0)
    expect(app.saved).toEqual([])
  })

  it('lets an abort leave at once, and does not hear of it (F95, rule 1)', async () => {
    const granted = deferred()
    const signals: (AbortSignal | undefined)[] = []
    const { client, login, app, inTime } = await signedIn({
      standing: 'expired',
      lock: {
        hold: async (_name, task, { signal }) => {
          signals.push(signal)
          await granted.promise
          return task(never)
        },
      },
    })
    const leave = new AbortController()
    const gone = rejection(client.fetch(url, { signal: leave.signal }))
    await quiet()

    leave.abort(new Error('left'))
    const reason = await gone
    const heard = signals[0]?.aborted ?? false
    granted.resolve()
    const response = await inTime(client.fetch(url))

    expect(reason).toBe(leave.signal.reason)
    expect(heard).toBe(false)
    expect(response.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    expect(app.saved).toHaveLength(1)
  })

  it('keeps neither a sign-in nor a sign-out waiting (rule 3)', async () => {
    const { client, login, app, inTime } = await signedIn({
      standing: 'expired',
      sessionId: 's',
      clearTokens: () => {},
      lock: { hold: () => new Promise(() => {}) },
    })
    const waiting = rejection(client.fetch(url))
    await quiet()

    await inTime(client.setTokens(login.signIn()), 1000)
    const { status } = client.state
    await inTime(client.logout(), 1000)

    expect(status).toBe('authenticated')
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
    expect(app.logouts).toMatchObject([{ reason: 'signed_out' }])
    await inTime(waiting)
  })
})

describe('a lock that is broken', () => {
  const broken: [string, () => Lock][] = [
    [
      'throws',
      () => ({
        hold: () => {
          throw new DOMException('The request was denied', 'SecurityError')
        },
      }),
    ],
    ['rejects', () => ({ hold: () => Promise.reject(new DOMException('The request was denied', 'SecurityError')) })],
    ['rejects with nothing', () => ({ hold: () => Promise.reject(undefined) })],
  ]

  for (const [name, lock] of broken) {
    it(`because it ${name}: this attempt goes without it (F53, F54)`, async () => {
      const { client, login, app, inTime } = await signedIn({ standing: 'refused', lock: lock() })

      const responses = await inTime(Promise.all(calls(client, 20)))

      expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200))
      expect(login.tokenRequests).toHaveLength(1)
      expect(app.saved).toHaveLength(1)
    })

    it(`because it ${name}: the store is read again first all the same (F54, rule 4)`, async () => {
      const world: World = await signedIn({
        standing: 'expired',
        sessionId: 's',
        lock: {
          hold: (...parameters) => {
            world.app.tokens = { ...world.login.signIn(), sessionId: 's' }
            return lock().hold(...parameters)
          },
        },
      })

      const response = await world.inTime(world.client.fetch(url))

      expect(response.status).toBe(200)
      expect(world.login.tokenRequests).toHaveLength(0)
    })
  }

  const lying: [string, Lock][] = [
    [
      'forgets the result of the task',
      {
        hold: async (_name, task) => {
          await task(never)
          return undefined as never
        },
      },
    ],
    [
      'rejects after the task, while it releases',
      {
        hold: async (_name, task) => {
          await task(never)
          throw new Error('could not release')
        },
      },
    ],
    [
      'never settles after the task',
      {
        hold: async (_name, task) => {
          await task(never)
          return new Promise(() => {})
        },
      },
    ],
    [
      'runs the task twice, one after the other',
      {
        hold: async (_name, task) => {
          await task(never)
          return task(never)
        },
      },
    ],
    [
      'runs the task twice at the same time',
      {
        hold: async (_name, task) => {
          const [first] = await Promise.all([task(never), task(never)])
          return first
        },
      },
    ],
    ['runs the task on another turn', { hold: (_name, task) => new Promise((resolve) => setImmediate(() => resolve(task(never)))) }],
  ]

  for (const [name, lock] of lying) {
    it(`because it ${name}: one token request, every call succeeds, nothing is presented twice`, async () => {
      const { client, login, app, clock, inTime } = await signedIn({ standing: 'expired', lock })

      const responses = await inTime(Promise.all(calls(client, 10)))
      await clock.advance(60_000)
      const later = await inTime(client.fetch(url))

      expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200))
      expect(later.status).toBe(200)
      expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1'])
      expect(app.tokens).toMatchObject({ refreshToken: 'refresh-2' })
      expect(app.logouts).toEqual([])
    })
  }

  it('because it says "granted" and never runs the task: nothing hangs, nobody is signed out', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'expired', lock: { hold: async () => undefined as never } })

    const outcome = await inTime(
      client.fetch(url).then(
        ({ status }) => status,
        (error: { code: string }) => error.code,
      ),
    )

    expect([200, 'ERR_REFRESH_UNAVAILABLE']).toContain(outcome)
    expect(login.tokenRequests.length).toBeLessThanOrEqual(1)
    expect(app.logouts).toEqual([])
    expect(client.state.status).toBe('authenticated')
  })

  it('because it excludes nobody: two clients with a server that forgives no reuse read again before they end anything (F10, F51)', async () => {
    const { clock, login, clients, logouts } = twoClients('expired', { hold: (_name, task) => task(never) })
    const slow = deferred()
    login.next(async () => {
      await slow.promise
      return json(400, { error: 'invalid_grant' })
    })

    const first = clients[0]!.fetch(url)
    await quiet()
    const second = await inTime(clock, clients[1]!.fetch(url))
    slow.resolve()
    const response = await inTime(clock, first)

    expect([second.status, response.status]).toEqual([200, 200])
    expect(logouts).toEqual([])
  })
})

describe('a lock that is lost', () => {
  it('before the token request: the token is not presented, and the session stays (rule 4)', async () => {
    let isLost = true
    const { client, clock, login, app, inTime } = await signedIn({
      standing: 'expired',
      lock: { hold: (_name, task) => task(isLost ? AbortSignal.abort(new Error('lost')) : never) },
    })

    const error = await rejection(inTime(client.fetch(url)))
    const presentedWhileLost = login.tokenRequests.length
    isLost = false
    await clock.advance(10_000)
    const response = await inTime(client.fetch(url))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(presentedWhileLost).toBe(0)
    expect(response.status).toBe(200)
    expect(app.logouts).toEqual([])
  })

  it('while the store is read again: the token is not presented (rule 4)', async () => {
    const lost = new AbortController()
    let isHeld = false
    const { client, login, inTime } = await signedIn({
      standing: 'expired',
      reading: async (tokens) => {
        if (isHeld) lost.abort()
        return tokens
      },
      lock: {
        hold: (_name, task) => {
          isHeld = true
          return task(lost.signal)
        },
      },
    })

    await rejection(inTime(client.fetch(url)))

    expect(lost.signal.aborted).toBe(true)
    expect(login.tokenRequests).toHaveLength(0)
  })

  it('while the client proves who it is: the token is not presented (rule 4)', async () => {
    const lost = new AbortController()
    const { client, login, inTime } = await signedIn({
      standing: 'expired',
      lock: { hold: (_name, task) => task(lost.signal) },
      clientAuthentication: async ({ clock }) => {
        await clock.sleep(1_000)
        lost.abort()
      },
    })

    const error = await rejection(inTime(client.fetch(url)))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(login.tokenRequests).toHaveLength(0)
  })

  it('or a session that is signed out of, while the client proves who it is: the token is not presented (rule 3)', async () => {
    const { client, clock, login, inTime } = await signedIn({
      standing: 'expired',
      clientAuthentication: ({ clock }) => clock.sleep(1_000),
    })
    const call = rejection(client.fetch(url))
    await clock.advance(500)

    await inTime(client.logout())

    expect(await inTime(call)).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(login.tokenRequests).toHaveLength(0)
  })

  it('before the second presentation: an ambiguous failure is not repeated without the lock (rule 4, rule 6)', async () => {
    const lost = new AbortController()
    const { client, clock, login, inTime } = await signedIn({
      standing: 'expired',
      lock: { hold: (_name, task) => task(lost.signal) },
    })
    login.next(() => {
      lost.abort()
      return Promise.reject(new TypeError('fetch failed'))
    })

    const error = await rejection(inTime(client.fetch(url)))
    await clock.advance(60_000)

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('after the token request was sent: compare-and-swap alone decides, the pair is saved (rule 4)', async () => {
    const lost = new AbortController()
    const { client, login, app, inTime } = await signedIn({ standing: 'expired', lock: { hold: (_name, task) => task(lost.signal) } })
    login.next(() => {
      lost.abort()
      return undefined
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    expect(app.tokens).toMatchObject({ refreshToken: 'refresh-2' })
  })

  it('after the token request, while somebody else has signed in: they keep their session (rule 4, rule 3, F40)', async () => {
    const lost = new AbortController()
    const bob: TokenSet = { accessToken: 'bob', refreshToken: 'refresh-bob', sessionId: 'bob' }
    const { client, login, app, inTime } = await signedIn({
      standing: 'refused',
      sessionId: 'alice',
      lock: { hold: (_name, task) => task(lost.signal) },
    })
    login.next(() => {
      lost.abort()
      app.tokens = bob
      return undefined
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(app.tokens).toBe(bob)
    expect(app.logouts).toEqual([])
  })
})

/** A lock that excludes nobody and remembers the names. */
function recording(names: string[]): Lock {
  return {
    hold: (name, task) => {
      names.push(name)
      return task(never)
    },
  }
}

/** While our client waits for the lock, somebody else saves a newer pair of the same session. */
async function movedUnderLock(untilExpiry: number): Promise<{ world: World; moved: TokenSet }> {
  const world: World = await signedIn({
    standing: 'expired',
    sessionId: 's',
    lock: {
      hold: (_name, task) => {
        world.app.tokens = moved
        return task(never)
      },
    },
  })
  const moved = { ...world.login.signIn(), sessionId: 's', expiresAt: world.clock.now() + untilExpiry }
  return { world, moved }
}

/** Our client's token is expired and the lock not granted yet; `move`: somebody else saves a newer pair. */
async function waitingForLock() {
  const { promise: granted, resolve: grant } = deferred()
  const lock: Lock = { hold: (_name, task) => granted.then(() => task(never)) }
  const world = await signedIn({ standing: 'expired', sessionId: 's', lock })
  const move = (): void => {
    world.app.tokens = { ...world.login.signIn(), sessionId: 's' }
  }
  return { world, move, grant }
}

/** Lets some turns go by before the lock is not granted. */
function lateTimeout(lock: () => Lock): Lock {
  return {
    hold: async (...parameters) => {
      await quiet()
      await quiet()
      return lock().hold(...parameters)
    },
  }
}

/** Two clients of one app, with callbacks around the same variable: two bundles, or a hot reload. */
function twoClients(standing: 'expired' | 'refused' = 'expired', lock?: Lock) {
  const clock = testClock()
  const login = authorizationServer({ clock })
  const resource = api(login)
  const shared = lock ?? localLock(clock)
  const logouts: unknown[] = []
  const signIn = login.signIn()
  let tokens: TokenSet | null = { ...signIn, sessionId: 's', ...(standing === 'expired' && { expiresAt: clock.now() - 1 }) }
  if (standing === 'refused') login.spoilAccessTokens()
  const clients = [1, 2].map(
    () =>
      new AuthenticatedClient({
        tokenEndpoint,
        clientId: 'web',
        allowedOrigins: ['https://api.example.com'],
        getTokens: () => tokens,
        saveTokens: (next) => {
          tokens = next
        },
        onLogout: (event) => void logouts.push(event),
        lock: shared,
        fetch: network(login, resource),
        clock,
      }),
  )
  return { clock, login, resource, clients, logouts }
}

describe('the lock of a store that says nothing of its reach', () => {
  it('is none where there is none: what the store says of its reach is about its lock', async () => {
    const { read, write } = memoryStore()
    const { client } = await signedIn({ store: { read, write, coordination: 'fleet' } })

    expect(client.coordination).toBe('client')
  })

  it('counts as one of this process: after a refusal the store is given time to show the rotation of another one (rule 4)', async () => {
    const store = Object.assign(memoryStore(), { name: 'rows', coordination: undefined })
    const { client, clock, login, app, inTime } = await signedIn({ store })
    const first = login.signIn()
    await client.setTokens(first)
    login.spoilAccessTokens()
    login.next(() => {
      void clock.sleep(100).then(() => store.write(login.signIn(), first))
      return json(400, { error: 'invalid_grant' })
    })

    expect((await inTime(client.fetch(url))).status).toBe(200)
    expect(app.logouts).toEqual([])
  })
})
