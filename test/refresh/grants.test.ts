import {
  type Grant,
  type GrantContext,
  isAuthError,
  RefreshUnavailableError,
  refreshTokenGrant,
  SessionEndedError,
  TokenEndpointError,
  type TokenSet,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { calls, presented, rejection, shown, signedIn, tokenEndpoint, url, watch } from './signed-in.ts'

describe('a grant of the app', () => {
  it('is given the tokens and gives new ones, once for everyone', async () => {
    const given: (TokenSet | null)[] = []
    const { client, login, app, inTime } = await signedIn({
      standing: 'refused',
      grant: async (tokens) => {
        given.push(tokens)
        return login.signIn()
      },
    })

    const responses = await inTime(Promise.all(calls(client, 50)))

    expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(given).toMatchObject([{ accessToken: 'access-1', refreshToken: 'refresh-1' }])
    expect(app.saved).toMatchObject([{ accessToken: 'access-2' }])
  })

  it('may write what it gets into the tokens that it is given: each refresh token is presented once (F45)', async () => {
    const { client, login, app, inTime } = await signedIn({
      grant: async (tokens, { fetch }) => {
        const changed = tokens as { -readonly [Name in keyof TokenSet]: TokenSet[Name] }
        const body = `grant_type=refresh_token&refresh_token=${changed.refreshToken}`
        const answer = await fetch(tokenEndpoint, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body,
        })
        const { access_token, refresh_token } = (await answer.json()) as { access_token: string; refresh_token: string }
        return Object.assign(changed, { accessToken: access_token, refreshToken: refresh_token })
      },
    })

    for (let time = 0; time < 3; time++) await inTime(client.refresh())

    expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-2', 'refresh-3'])
    expect(app.tokens).toMatchObject({ refreshToken: 'refresh-4' })
  })

  it('leaves out what stays: fields that the result lacks are kept, except expiresAt', async () => {
    const { client, app, inTime } = await signedIn({
      sessionId: 's',
      stored: { scope: 'read', idToken: 'id', ...{ theme: 'dark' } },
      grant: async () => ({ accessToken: 'next', ...{ extra: [1] } }),
    })

    await inTime(client.refresh())

    expect(app.tokens).toEqual({
      accessToken: 'next',
      refreshToken: 'refresh-1',
      tokenType: 'Bearer',
      scope: 'read',
      idToken: 'id',
      sessionId: 's',
      theme: 'dark',
      extra: [1],
    })
  })

  it('gets the network past every credential, the clock of the client, and a signal', async () => {
    let context: GrantContext | undefined
    const { client, clock, resource, inTime } = await signedIn({
      grant: async (_tokens, given) => {
        context = given
        await given.fetch('https://api.example.com/session', { method: 'POST' })
        return { accessToken: 'next' }
      },
    })

    await inTime(client.refresh())

    expect(context?.clock.now()).toBe(clock.now())
    expect(context?.signal).toBeInstanceOf(AbortSignal)
    expect(context?.signal.aborted).toBe(false)
    expect(resource.requests.map(({ method, headers }) => [method, headers.get('authorization')])).toEqual([['POST', null]])
  })

  it('ends the session with SessionEndedError', async () => {
    const { client, app, inTime } = await signedIn({ standing: 'refused', grant: failing(() => new SessionEndedError()) })

    const responses = await inTime(Promise.all(calls(client, 3)))

    expect(responses.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'refresh_rejected' })])
  })

  it('says that the configuration is wrong with TokenEndpointError', async () => {
    const { client, app, inTime } = await signedIn({
      standing: 'refused',
      grant: failing(() => new TokenEndpointError('invalid_client')),
    })

    const error = await rejection(inTime(client.fetch(url)))

    expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_client' })
    expect(app.logouts).toEqual([])
    expect(client.state.status).toBe('authenticated')
  })

  for (const [name, thrown] of [
    ['an Error', new Error('no network')],
    ['a TypeError', new TypeError('x is not a function')],
    ['an AbortError of its own', new DOMException('aborted', 'AbortError')],
    ['a RefreshUnavailableError', new RefreshUnavailableError('not now')],
    ['a string', 'no'],
    ['undefined', undefined],
    ['null', null],
    ['an object that looks like an ended session', { name: 'SessionEndedError', code: 'ERR_SESSION_ENDED' }],
    ['a frozen error', Object.freeze(new Error('frozen'))],
  ] as const) {
    for (const [how, grant] of [
      ['rejects with', failing(() => thrown)],
      [
        'throws',
        (() => {
          throw thrown
        }) as Grant,
      ],
    ] as const) {
      it(`that ${how} ${name} is unavailable: the session stays, and the client recovers`, async () => {
        let isBroken = true
        const world = await signedIn({
          standing: 'expired',
          grant: (tokens, context) => (isBroken ? grant(tokens, context) : Promise.resolve(world.login.signIn())),
        })
        const { client, clock, app, inTime } = world

        const error = await rejection(inTime(client.fetch(url)))
        isBroken = false
        await clock.advance(10_000)
        const response = await inTime(client.fetch(url))

        expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
        expect(response.status).toBe(200)
        expect(app.logouts).toEqual([])
      })
    }
  }

  it('may reject with undefined, even once its session is over', async () => {
    const run = deferred<TokenSet>()
    const { client, inTime } = await signedIn({ standing: 'expired', grant: () => run.promise })
    const call = rejection(client.refresh())
    await quiet()
    await inTime(client.logout())
    run.reject(undefined)

    expect(await inTime(call)).toMatchObject({ code: 'ERR_SESSION_ENDED' })
  })

  it('may name a time to come back that is none: there is a cool-down all the same', async () => {
    let runs = 0
    const { client, inTime } = await signedIn({
      grant: async () => {
        runs++
        throw new RefreshUnavailableError('down', { retryAt: Number('soon') })
      },
    })

    for (let time = 0; time < 5; time++) await rejection(inTime(client.refresh()))

    expect(runs).toBe(1)
  })

  it('may name the time to come back: retryAt of its RefreshUnavailableError is honoured', async () => {
    let runs = 0
    const { client, clock, inTime } = await signedIn({
      standing: 'expired',
      grant: async () => {
        runs++
        throw new RefreshUnavailableError('not now', { retryAt: clock.now() + 60_000 })
      },
    })

    await rejection(inTime(client.fetch(url)))
    await clock.advance(55_000)
    await rejection(inTime(client.fetch(url)))

    expect(runs).toBe(1)
  })

  for (const [name, result] of [
    ['nothing', undefined],
    ['null', null],
    ['a string', 'token'],
    ['a set without an access token', { refreshToken: 'r' }],
    ['an access token that is a number', { accessToken: 1 }],
    ['an access token with a line break', { accessToken: 'a\r\nb' }],
    ['an empty access token', { accessToken: '' }],
    ['a set whose getter throws', Object.defineProperty({}, 'accessToken', { get: () => JSON.parse('{') })],
  ] as const) {
    it(`that gives ${name} is unavailable, and nothing of it is sent (F16)`, async () => {
      const { client, resource, app, inTime } = await signedIn({
        standing: 'expired',
        grant: (() => Promise.resolve(result)) as unknown as Grant,
      })

      const error = await rejection(inTime(client.fetch(url)))

      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(resource.requests).toHaveLength(0)
      expect(app.logouts).toEqual([])
      expect(app.tokens).toMatchObject({ accessToken: 'access-1' })
    })
  }

  it('that hangs and ignores its signal is given up at the deadline, which aborts the signal (F1, rule 7)', async () => {
    let signal: AbortSignal | undefined
    const { client, clock } = await signedIn({
      standing: 'expired',
      grant: (_tokens, context) => {
        signal = context.signal
        return new Promise(() => {})
      },
    })

    const call = watch(client.fetch(url))
    await clock.advance(9500)
    const before = { state: call.state, aborted: signal?.aborted }
    await clock.advance(1500)

    expect(before).toEqual({ state: 'pending', aborted: false })
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_REFRESH_UNAVAILABLE' } })
    expect(signal?.aborted).toBe(true)
  })

  it('that hangs fails with the reason, and says that the refresh token may be consumed (F1, rule 6)', async () => {
    const { client, clock } = await signedIn({ standing: 'expired', grant: () => new Promise(() => {}) })

    const call = watch(client.fetch(url))
    await clock.advance(11_500)

    expect(call.reason).toMatchObject({ message: 'The token endpoint did not answer in time', answered: false })
  })

  it('that hangs once does not hang the next flight (rule 7)', async () => {
    let runs = 0
    const { client, login, clock, inTime } = await signedIn({
      standing: 'expired',
      grant: () => (runs++ === 0 ? new Promise(() => {}) : Promise.resolve(login.signIn())),
    })

    await rejection(inTime(client.fetch(url)))
    await clock.advance(10_000)
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(runs).toBe(2)
  })

  it('that rejects after it was given up is no unhandled rejection (F99)', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const late = deferred<TokenSet>()
    const { client, inTime } = await signedIn({ standing: 'expired', grant: () => late.promise })

    await rejection(inTime(client.fetch(url)))
    late.reject(new Error('late'))
    await quiet()
    process.off('unhandledRejection', listen)

    expect(unhandled).toEqual([])
  })

  it('calls rotated when it got a new refresh token and nothing else of use: that is presented next (rule 5)', async () => {
    const given: (string | undefined)[] = []
    const { client, login, clock, app, inTime } = await signedIn({
      standing: 'expired',
      grant: async (tokens, { rotated }) => {
        given.push(tokens?.refreshToken)
        if (given.length > 1) return login.signIn()
        rotated('rotated')
        throw new Error('the rest was unreadable')
      },
    })

    const error = await rejection(inTime(client.fetch(url)))
    const kept = app.tokens
    await clock.advance(10_000)
    const response = await inTime(client.fetch(url))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(kept).toMatchObject({ accessToken: 'access-1', refreshToken: 'rotated' })
    expect(given).toEqual(['refresh-1', 'rotated'])
    expect(response.status).toBe(200)
  })

  it('calls rotated, and then brings an access token alone: the rotation stands (rule 5)', async () => {
    const { client, app, inTime } = await signedIn({
      grant: async (_, { rotated }) => {
        rotated('refresh-2')
        return { accessToken: 'access-2' }
      },
    })

    await inTime(client.refresh())

    expect(app.tokens).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' })
  })

  it.each<[string, () => TokenSet]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['brings a third one without an access token', () => ({ accessToken: '', refreshToken: 'refresh-3' })],
  ])('calls rotated once more than once, and %s: the last one stands (rule 5)', async (_, end) => {
    const { client, app, inTime } = await signedIn({
      grant: async (_tokens, { rotated }) => {
        rotated('refresh-2')
        rotated('refresh-3')
        return end()
      },
    })

    await rejection(inTime(client.refresh()))

    expect(app.tokens).toMatchObject({ refreshToken: 'refresh-3' })
  })

  it('calls rotated, and asks once more with what it got: that is no other session (rule 4)', async () => {
    const { client, login, app, inTime } = await signedIn({
      grant: Object.assign(
        async (tokens: TokenSet | null, context: GrantContext) => {
          const { refreshToken } = login.signIn()
          context.rotated(refreshToken ?? '')
          return refreshTokenGrant({ tokenEndpoint, clientId: 'web' })({ ...tokens, accessToken: 'x', refreshToken }, context)
        },
        { needs: 'refresh-token' as const },
      ),
    })

    await inTime(client.refresh())

    expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-2'])
    expect(app.tokens).toMatchObject({ refreshToken: 'refresh-3' })
  })

  it('calls rotated and then hangs: the rotation is kept at the deadline (rule 5, F2)', async () => {
    const given: (string | undefined)[] = []
    const { client, login, clock, inTime } = await signedIn({
      standing: 'expired',
      grant: (tokens, { rotated }) => {
        given.push(tokens?.refreshToken)
        if (given.length > 1) return Promise.resolve(login.signIn())
        rotated('rotated')
        return new Promise(() => {})
      },
    })

    await rejection(inTime(client.fetch(url)))
    await clock.advance(10_000)
    await inTime(client.fetch(url))

    expect(given).toEqual(['refresh-1', 'rotated'])
  })

  for (const [name, late] of [
    [
      'gives its answer',
      (_rotated: GrantContext['rotated'], resolve: (tokens: TokenSet) => void) => resolve({ accessToken: 'late', refreshToken: 'rotated' }),
    ],
    ['calls rotated', (rotated: GrantContext['rotated']) => rotated('rotated')],
  ] as const) {
    it(`that was given up and ${name} afterwards has brought a rotation home: the consumed token is not presented (rule 5)`, async () => {
      const given: (string | undefined)[] = []
      const answer = deferred<TokenSet>()
      let rotated!: GrantContext['rotated']
      const { client, login, clock, app, inTime } = await signedIn({
        standing: 'expired',
        grant: (tokens, context) => {
          given.push(tokens?.refreshToken)
          if (given.length > 1) return Promise.resolve(login.signIn())
          rotated = context.rotated
          return answer.promise
        },
      })
      await rejection(inTime(client.fetch(url)))

      late(rotated, answer.resolve)
      await clock.advance(10_000)
      const response = await inTime(client.fetch(url))

      expect(response.status).toBe(200)
      expect(given).toEqual(['refresh-1', 'rotated'])
      expect(app.logouts).toEqual([])
    })
  }

  it('that needs a refresh token is not run without one (row 16)', async () => {
    let runs = 0
    const grant: Grant = Object.assign(
      async () => {
        runs++
        return { accessToken: 'next' }
      },
      { needs: 'refresh-token' as const },
    )
    const { client, app, inTime } = await signedIn({ standing: 'refused', stored: { refreshToken: undefined }, grant })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(runs).toBe(0)
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'no_refresh_token' })])
  })

  it('that does not say what it needs gets a session: it runs without a refresh token, and never while nobody is signed in', async () => {
    let runs = 0
    const world = await signedIn({
      standing: 'refused',
      stored: { refreshToken: undefined },
      grant: async () => {
        runs++
        const { refreshToken: _, ...tokens } = world.login.signIn()
        return tokens
      },
    })
    const { client, app, inTime } = world

    const signedInResponse = await inTime(client.fetch(url))
    app.tokens = null
    const anonymous = await inTime(client.fetch(url))

    expect(signedInResponse.status).toBe(200)
    expect(anonymous.status).toBe(401)
    expect(runs).toBe(1)
  })

  it('that needs nothing never ends a session, whatever it throws', async () => {
    const grant: Grant = Object.assign(
      failing(() => new SessionEndedError()),
      { needs: 'nothing' as const },
    )
    const { client, app, inTime } = await signedIn({ standing: 'refused', grant })

    const error = await rejection(inTime(client.fetch(url)))

    expect(isAuthError(error)).toBe(true)
    expect(app.logouts).toEqual([])
    expect(client.state.status).toBe('authenticated')
  })

  it('that calls the client it belongs to gets an answer, and nothing waits for ever (rule 7)', async () => {
    const inner: unknown[] = []
    const { client, login, inTime } = await signedIn({
      standing: 'expired',
      grant: async () => {
        inner.push(
          await client.fetch('https://login.example.com/elsewhere').then(
            ({ status }) => status,
            (error: unknown) => error,
          ),
        )
        return login.signIn()
      },
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(inner).toHaveLength(1)
  })
})

describe('refreshTokenGrant', () => {
  it('is what tokenEndpoint and clientId stand for', async () => {
    const short = await signedIn({ standing: 'expired' })
    const long = await signedIn({ standing: 'expired', grant: refreshTokenGrant({ tokenEndpoint, clientId: 'web' }) })

    for (const { client, inTime } of [short, long]) expect((await inTime(client.fetch(url))).status).toBe(200)

    const [one, two] = await Promise.all([short, long].map(({ login }) => login.tokenRequests[0]?.text))
    expect(one).toBe(two)
    expect(new URLSearchParams(one)).toEqual(
      new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'refresh-1', client_id: 'web' }),
    )
  })

  it('sends scope and further parameters, and lets none of them replace its own', async () => {
    const { client, login, inTime } = await signedIn({
      grant: refreshTokenGrant({
        tokenEndpoint,
        clientId: 'web',
        scope: 'read write',
        parameters: { audience: 'https://api.example.com', refresh_token: 'evil', grant_type: 'password' },
      }),
    })

    await inTime(client.refresh())

    const form = new URLSearchParams(await login.tokenRequests[0]?.text)
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: 'web',
      scope: 'read write',
      audience: 'https://api.example.com',
    })
    expect([...form.keys()]).toHaveLength(5)
  })

  it('ends the session in the words of the server where isRejected knows them', async () => {
    const asked: unknown[] = []
    const { client, login, app, inTime } = await signedIn({
      standing: 'refused',
      grant: refreshTokenGrant({
        tokenEndpoint,
        clientId: 'web',
        isRejected: (answer) => {
          asked.push(answer)
          return answer.status === 403 && answer.error === 'token_expired'
        },
      }),
    })
    login.next(() => json(403, { error: 'token_expired', hint: 1 }))

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(asked).toEqual([{ status: 403, error: 'token_expired', body: { error: 'token_expired', hint: 1 } }])
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'refresh_rejected' })])
  })

  for (const [name, isRejected] of [
    ['says no', () => false],
    [
      'throws',
      () => {
        throw new Error('a bug')
      },
    ],
    ['gives something that is merely truthy', () => 'yes' as unknown as boolean],
  ] as const) {
    it(`keeps the session where isRejected ${name}`, async () => {
      const { client, login, app, inTime } = await signedIn({
        standing: 'refused',
        grant: refreshTokenGrant({ tokenEndpoint, clientId: 'web', isRejected }),
      })
      login.always(() => json(403, { error: 'token_expired' }))

      const error = await rejection(inTime(client.fetch(url)))

      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(app.logouts).toEqual([])
    })
  }

  for (const status of [429, 500, 503]) {
    it(`does not let isRejected end a session over a ${status}: that only says "not now"`, async () => {
      const { client, login, app, inTime } = await signedIn({
        standing: 'refused',
        grant: refreshTokenGrant({ tokenEndpoint, clientId: 'web', isRejected: () => true }),
      })
      login.always(() => json(status, { error: 'token_expired' }))

      const error = await rejection(inTime(client.fetch(url)))

      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(app.logouts).toEqual([])
    })
  }

  it('still re-reads before isRejected ends anything (rule 4)', async () => {
    const { client, login, resource, app, inTime } = await signedIn({
      standing: 'refused',
      sessionId: 's',
      grant: refreshTokenGrant({ tokenEndpoint, clientId: 'web', isRejected: ({ error }) => error === 'token_expired' }),
    })
    const newer = login.signIn()
    login.next(() => {
      app.tokens = { ...newer, sessionId: 's' }
      return json(400, { error: 'token_expired' })
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual(['access-1', newer.accessToken])
    expect(await presented(login.tokenRequests[0])).toBe('refresh-1')
    expect(app.logouts).toEqual([])
  })
})

/** A grant that rejects. */
function failing(reason: () => unknown): Grant {
  return () => Promise.reject(reason())
}
