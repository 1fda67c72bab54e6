import { inspect } from 'node:util'
import { isAuthError, type StepUpEvent, type TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json, unauthorized } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { calls, presented, rejection, shown, signedIn, url } from './signed-in.ts'

describe('rejected', () => {
  it('ends the session once, and gives every waiting call its own 401 (F10)', async () => {
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'refused', sessionId: 's' })
    login.always(() => json(400, { error: 'invalid_grant' }))
    resource.always(({ url: to }) => {
      const { search } = new URL(to)
      return unauthorized(`Bearer realm="${search}", error="invalid_token"`, { body: `refused ${search}`, url: to })
    })

    const responses = await inTime(Promise.all(calls(client, 50)))

    for (const [index, response] of responses.entries()) {
      expect(response.status).toBe(401)
      expect(response.url).toBe(`${url}?n=${index}`)
      expect(response.headers.get('www-authenticate')).toBe(`Bearer realm="?n=${index}", error="invalid_token"`)
      expect(await response.text()).toBe(`refused ?n=${index}`)
    }
    expect(login.tokenRequests).toHaveLength(1)
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'refresh_rejected', sessionId: 's' })])
    expect(client.state).toEqual({ status: 'ended', reason: 'refresh_rejected' })
  })

  it('rejects unsent calls with SessionEndedError, and sends none of them', async () => {
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'expired' })
    login.always(() => json(400, { error: 'invalid_grant' }))

    const errors = await inTime(Promise.all(calls(client, 10).map(rejection)))

    for (const error of errors) expect(error).toMatchObject({ name: 'SessionEndedError', code: 'ERR_SESSION_ENDED' })
    expect(isAuthError(errors[0])).toBe(true)
    expect(resource.requests).toHaveLength(0)
    expect(app.logouts).toHaveLength(1)
  })

  it('ends the session with a nearly spent token as with an expired one', async () => {
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'nearly spent' })
    login.always(() => json(400, { error: 'invalid_grant' }))

    const error = await rejection(inTime(client.fetch(url)))

    expect(error).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(resource.requests).toHaveLength(0)
    expect(app.logouts).toHaveLength(1)
  })

  it('sends later calls out bare and asks the token endpoint no more (rule 15)', async () => {
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'refused' })
    login.always(() => json(400, { error: 'invalid_grant' }))

    await inTime(client.fetch(url))
    const later = await inTime(client.fetch(url))
    await rejection(inTime(client.refresh()))

    expect(later.status).toBe(401)
    expect(shown(resource)).toEqual(['access-1', null])
    expect(login.tokenRequests).toHaveLength(1)
    expect(app.logouts).toHaveLength(1)
  })

  it('lets a new sign-in begin a new session (rule 15)', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'refused' })
    login.next(() => json(400, { error: 'invalid_grant' }))

    await inTime(client.fetch(url))
    await inTime(client.setTokens(login.signIn()))
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(client.state.status).toBe('authenticated')
    expect(app.logouts).toHaveLength(1)
  })

  it('tells the app what the server said, once its state has settled (rule 7)', async () => {
    const seen: unknown[] = []
    const world = await signedIn({
      standing: 'refused',
      onLogout: ({ reason, error }) => void seen.push({ reason, status: world.client.state.status, isAuthError: isAuthError(error) }),
    })
    world.login.always(() => json(400, { error: 'invalid_grant', error_description: 'revoked' }))

    await world.inTime(world.client.fetch(url))
    await quiet()

    expect(seen).toEqual([{ reason: 'refresh_rejected', status: 'ended', isAuthError: true }])
  })

  for (const [name, status, body] of [
    ['with status 400', 400, { error: 'invalid_grant' }],
    ['with status 401', 401, { error: 'invalid_grant' }],
    ['with fields beyond the RFC', 400, { error: 'invalid_grant', error_uri: 'https://x', trace: { id: 1 }, __proto__: null }],
    ['with a description that is no string', 400, { error: 'invalid_grant', error_description: 7 }],
  ] as const) {
    it(`is told by invalid_grant ${name} (F10, F11)`, async () => {
      const { client, login, app, inTime } = await signedIn({ standing: 'refused' })
      login.always(() => json(status, body))

      await inTime(client.fetch(url))

      expect(app.logouts).toHaveLength(1)
    })
  }

  it('adopts what the store holds when someone else has rotated meanwhile, instead of ending (F10, F43, rule 4)', async () => {
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'refused', sessionId: 's' })
    const newer = login.signIn()
    login.next(() => {
      app.tokens = { ...newer, sessionId: 's' }
      return json(400, { error: 'invalid_grant' })
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual(['access-1', newer.accessToken])
    expect(login.tokenRequests).toHaveLength(1)
    expect(app.logouts).toEqual([])
  })

  it('adopts it for an unsent call too (F10, F43, rule 4)', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'expired', sessionId: 's' })
    const newer = login.signIn()
    login.next(() => {
      app.tokens = { ...newer, sessionId: 's' }
      return json(400, { error: 'invalid_grant' })
    })

    expect((await inTime(client.fetch(url))).status).toBe(200)
    expect(app.logouts).toEqual([])
  })

  it('looks again after a short delay: another tab may be about to save (F10, F45, rule 4)', async () => {
    const { client, login, app, clock, inTime } = await signedIn({ standing: 'refused', sessionId: 's' })
    const newer = login.signIn()
    login.next(() => json(400, { error: 'invalid_grant' }))

    const call = client.fetch(url)
    await quiet()
    const sleeping = clock.sleeping
    app.tokens = { ...newer, sessionId: 's' }
    const response = await inTime(call)

    expect(sleeping).toBeGreaterThan(0)
    expect(response.status).toBe(200)
    expect(app.logouts).toEqual([])
  })

  it('does not end a session when the re-read after invalid_grant fails: that is unavailable (F35, rule 4)', async () => {
    let locked = false
    const { client, login, app, inTime } = await signedIn({
      standing: 'refused',
      reading: (tokens) => {
        if (locked) throw new Error('User interaction is not allowed')
        return tokens
      },
    })
    login.next(() => {
      locked = true
      return json(400, { error: 'invalid_grant' })
    })

    const error = await rejection(inTime(client.fetch(url)))
    locked = false

    expect(isAuthError(error)).toBe(true)
    expect(app.logouts).toEqual([])
    expect(client.state.status).toBe('authenticated')
    expect(app.tokens).toMatchObject({ refreshToken: 'refresh-1' })
  })

  it('gives a call its own 401 back when its session was replaced during the refresh (F40)', async () => {
    const held = deferred()
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'refused', sessionId: 'alice' })
    login.next(async () => {
      await held.promise
      return undefined
    })
    const alice = client.fetch(url)
    await quiet()

    const bob = login.signIn()
    await inTime(client.setTokens(bob))
    held.resolve()
    const response = await inTime(alice)

    expect(response.status).toBe(401)
    expect(shown(resource)).toEqual(['access-1'])
    expect(app.tokens).toMatchObject({ accessToken: bob.accessToken })
    expect(app.logouts).toEqual([])
  })

  it('does not bring back a session that was left during its refresh, where the app shows the pair that the refresh has consumed (I2, found by simulation)', async () => {
    const held = deferred()
    const { client, login, resource, app, first, inTime } = await signedIn({ standing: 'refused', sessionId: 'alice' })
    login.next(async () => {
      await held.promise
      return undefined
    })
    const alice = client.fetch(url)
    await quiet()
    const bob = { ...login.signIn(), sessionId: 'bob' }
    app.tokens = bob
    await inTime(client.fetch(url))
    held.resolve()
    await inTime(alice)

    app.tokens = { ...first, sessionId: 'alice' }
    const response = await inTime(client.fetch(url))
    await quiet()

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual(['access-1', bob.accessToken, bob.accessToken])
    expect(app.tokens).toEqual(bob)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('brings back a session that was left during its refresh, where the refresh has consumed nothing (I2)', async () => {
    const renewed = deferred<TokenSet>()
    const grant = Object.assign(() => renewed.promise, { needs: 'session' as const })
    const { client, login, app, first, inTime } = await signedIn({
      standing: 'expired',
      sessionId: 'alice',
      stored: { refreshToken: undefined },
      grant,
    })
    const alice = rejection(client.fetch(url))
    await quiet()
    app.tokens = { ...login.signIn(), sessionId: 'bob' }
    await inTime(client.fetch(url))
    renewed.resolve({ accessToken: 'access-of-alice' })
    await inTime(alice)

    const before = { accessToken: first.accessToken, sessionId: 'alice' }
    app.tokens = before
    await inTime(client.fetch(url))
    await quiet()

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'alice' })
    expect(app.tokens).toEqual(expect.not.objectContaining({ sessionId: 'bob' }))
  })

  it('ends a session that has nothing to refresh with once the API says invalid_token (row 16)', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'refused', stored: { refreshToken: undefined } })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(login.requests).toHaveLength(0)
    expect(app.logouts).toEqual([expect.objectContaining({ reason: 'no_refresh_token' })])
  })

  it('keeps a session that has nothing to refresh with while the API only says Bearer and the token has not expired (row 16, A50)', async () => {
    const { client, resource, app, inTime } = await signedIn({ stored: { refreshToken: undefined } })
    resource.next(() => unauthorized('Bearer'))

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(app.logouts).toEqual([])
    expect((await inTime(client.fetch(url))).status).toBe(200)
  })
})

describe('unavailable', () => {
  it('keeps the session, and tells every waiting call why and until when', async () => {
    const { client, clock, login, app, inTime } = await signedIn({ standing: 'refused' })
    const cause = new TypeError('fetch failed')
    login.always(() => Promise.reject(cause))

    const errors = await inTime(Promise.all(calls(client, 20).map(rejection)))

    for (const error of errors) {
      expect(error).toMatchObject({ name: 'RefreshUnavailableError', code: 'ERR_REFRESH_UNAVAILABLE', retryAt: expect.any(Number) })
      expect(isAuthError(error)).toBe(true)
      expect(chain(error)).toContain(cause)
    }
    expect((errors[0] as { retryAt: number }).retryAt).toBeGreaterThan(clock.now() - 200)
    expect(app.logouts).toEqual([])
    expect(app.saved).toEqual([])
    expect(client.state.status).toBe('authenticated')
  })
})

describe('a call whose body cannot be sent twice', () => {
  const stream = (): RequestInit => ({ method: 'POST', body: new Blob(['order']).stream(), duplex: 'half' }) as RequestInit

  it('gets its 401 back while the refresh goes on in the background: the next call works (rule 9)', async () => {
    const { client, login, resource, inTime } = await signedIn({ standing: 'refused' })

    const response = await inTime(client.fetch(url, stream()))
    const next = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(next.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    expect(await Promise.all(resource.requests.map(({ text }) => text))).toEqual(['order', ''])
  })

  it('gets its 401 back inside a cool-down, where another call would reject (row 14, rule 9)', async () => {
    const { client, login, inTime } = await signedIn({ standing: 'refused' })
    login.always(() => json(503, {}))
    await rejection(inTime(client.fetch(url)))

    const response = await inTime(client.fetch(url, stream()))
    const error = await rejection(inTime(client.fetch(url)))

    expect(response.status).toBe(401)
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })
})

describe('the events of a refresh', () => {
  it('say why it began', async () => {
    const refused = await signedIn({ standing: 'refused' })
    await refused.inTime(refused.client.fetch(url))
    const spent = await signedIn({ standing: 'nearly spent' })
    await spent.inTime(spent.client.fetch(url))
    const asked = await signedIn()
    await asked.inTime(asked.client.refresh())

    const causes = [refused, spent, asked].map(({ app }) =>
      app.events.flatMap((event) => (event.type === 'refresh-started' ? event.because : [])),
    )

    expect(causes).toEqual([['unauthorized'], ['spent'], ['asked']])
  })

  for (const [outcome, answer] of [
    ['refreshed', undefined],
    ['rejected', () => json(400, { error: 'invalid_grant' })],
    ['unavailable', () => json(503, {})],
    ['misconfigured', () => json(401, { error: 'invalid_client' })],
  ] as const) {
    it(`say that it ended ${outcome}, without a secret (rule 13)`, async () => {
      const { client, login, app, inTime } = await signedIn({ standing: 'refused' })
      login.always(answer)

      await inTime(Promise.allSettled(calls(client, 3)))
      await quiet()

      expect(app.events.flatMap((event) => (event.type === 'refresh-ended' ? event.outcome : []))).toEqual([outcome])
      const text = inspect(app.events, { depth: 20 })
      for (const secret of ['access-1', 'refresh-1', 'access-2', 'refresh-2']) expect(text).not.toContain(secret)
    })
  }

  it('say that it ended adopted where somebody else had refreshed already', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'refused', sessionId: 's' })
    login.next(() => {
      app.tokens = { ...login.signIn(), sessionId: 's' }
      return json(400, { error: 'invalid_grant' })
    })

    await inTime(client.fetch(url))
    await quiet()

    expect(app.events).toContainEqual(expect.objectContaining({ type: 'refresh-ended', outcome: 'adopted' }))
  })
})

describe('misconfigured', () => {
  for (const error of [
    'invalid_client',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_request',
    'invalid_target',
  ]) {
    it(`rejects with a TokenEndpointError for ${error}, and keeps the session (F9)`, async () => {
      const { client, login, app, inTime } = await signedIn({ standing: 'refused' })
      login.always(() => json(error === 'invalid_client' ? 401 : 400, { error, error_description: 'what is wrong' }))

      const errors = await inTime(Promise.all(calls(client, 5).map(rejection)))

      for (const each of errors) {
        expect(each).toMatchObject({ name: 'TokenEndpointError', code: 'ERR_TOKEN_ENDPOINT', error })
      }
      expect(login.tokenRequests).toHaveLength(1)
      expect(app.logouts).toEqual([])
      expect(client.state.status).toBe('authenticated')
    })
  }

  it('sends with a token that is not yet over, and rejects when it is', async () => {
    const nearly = await signedIn({ standing: 'nearly spent' })
    const over = await signedIn({ standing: 'expired' })
    for (const { login } of [nearly, over]) login.always(() => json(401, { error: 'invalid_client' }))

    const response = await nearly.inTime(nearly.client.fetch(url))
    const error = await rejection(over.inTime(over.client.fetch(url)))

    expect(response.status).toBe(200)
    expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_client' })
    expect(over.resource.requests).toHaveLength(0)
  })

  it('tries once more per cool-down, as a secret may have been rolled, and recovers (F9, row 14)', async () => {
    const { client, clock, login, resource, inTime } = await signedIn({ standing: 'refused' })
    login.always(() => json(401, { error: 'invalid_client' }))

    const before = await rejection(inTime(client.fetch(url)))
    const inside = await rejection(inTime(client.fetch(url)))
    const requestsInside = login.tokenRequests.length
    await clock.advance(5000)
    const after = await rejection(inTime(client.fetch(url)))
    const requestsAfter = login.tokenRequests.length
    login.always(undefined)
    await clock.advance(10_000)
    const response = await inTime(client.fetch(url))

    expect([before, inside, after]).toMatchObject(Array(3).fill({ code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_client' }))
    expect(requestsInside).toBe(1)
    expect(requestsAfter).toBe(2)
    expect(response.status).toBe(200)
    expect(resource.requests.length).toBe(5)
  })
})

describe('when a person is needed, a refresh', () => {
  for (const error of ['interaction_required', 'login_required', 'consent_required']) {
    it(`asks the app for new tokens after ${error}, and replays with them`, async () => {
      const asked: StepUpEvent[] = []
      const { client, login, resource, app, inTime } = await signedIn({
        standing: 'refused',
        sessionId: 's',
        onStepUp: (event) => {
          asked.push(event)
          return login.signIn()
        },
      })
      login.next(() => json(400, { error }))

      const response = await inTime(client.fetch(url))

      expect(response.status).toBe(200)
      expect(asked).toEqual([expect.objectContaining({ error })])
      expect(shown(resource)).toEqual(['access-1', 'access-2'])
      expect(app.tokens).toMatchObject({ accessToken: 'access-2', sessionId: 's' })
      expect(app.logouts).toEqual([])
    })

    it(`rejects with TokenEndpointError after ${error} where the app has no answer, and keeps the session`, async () => {
      const without = await signedIn({ standing: 'refused' })
      const declined = await signedIn({ standing: 'refused', onStepUp: () => null })
      for (const { login } of [without, declined]) login.always(() => json(400, { error }))

      for (const { client, app, inTime } of [without, declined]) {
        expect(await rejection(inTime(client.fetch(url)))).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', error })
        expect(app.logouts).toEqual([])
        expect(client.state.status).toBe('authenticated')
      }
    })
  }

  it('asks the app before the first send as well', async () => {
    const { client, login, resource, inTime } = await signedIn({ standing: 'expired', sessionId: 's', onStepUp: () => login.signIn() })
    login.next(() => json(400, { error: 'interaction_required' }))

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual(['access-2'])
  })

  it('asks once for many calls', async () => {
    let asked = 0
    const { client, login, inTime } = await signedIn({
      standing: 'refused',
      sessionId: 's',
      onStepUp: () => {
        asked++
        return login.signIn()
      },
    })
    login.next(() => json(400, { error: 'login_required' }))

    const responses = await inTime(Promise.all(calls(client, 20)))

    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(asked).toBe(1)
  })
})

describe('the same request once more', () => {
  it('is sent at once after use_dpop_nonce, when the scheme has seen the nonce', async () => {
    let nonce: string | null = null
    const { client, login, app, inTime } = await signedIn({
      standing: 'refused',
      scheme: {
        name: 'Bearer',
        headers: ['authorization'],
        usesTokens: true,
        attach: (request, tokens) => request.setHeader('authorization', `Bearer ${tokens?.accessToken}`),
        observe: (response) => {
          nonce = response.headers.get('dpop-nonce') ?? nonce
        },
        tokenRequest: (request) => request.headers.set('dpop', `proof with ${nonce}`),
      },
    })
    login.next(() => json(400, { error: 'use_dpop_nonce' }, { 'DPoP-Nonce': 'nonce-1' }))

    const response = await inTime(client.fetch(url), 1000)

    expect(response.status).toBe(200)
    expect(login.tokenRequests.map(({ headers }) => headers.get('dpop'))).toEqual(['proof with null', 'proof with nonce-1'])
    expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-1'])
    expect(app.logouts).toEqual([])
  })

  it('is not sent for ever when the server asks for a nonce for ever', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'refused' })
    login.always(() => json(400, { error: 'use_dpop_nonce' }, { 'DPoP-Nonce': 'another' }))

    const error = await rejection(inTime(client.fetch(url)))

    expect(isAuthError(error)).toBe(true)
    expect(login.tokenRequests).toHaveLength(2)
    expect(app.logouts).toEqual([])
  })
})

/** An error and all its causes. */
function chain(error: unknown): unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...chain(error.cause)] : [error]
}

it.each([
  ['the refresh token is rejected', { standing: 'refused' }, 'refresh_rejected'],
  ['there is nothing to refresh with', { standing: 'refused', stored: { refreshToken: undefined } }, 'no_refresh_token'],
] as const)('a call gets its 401 even if the store never takes the end of the session, where %s', async (_, setting, reason) => {
  const { client, login, clock } = await signedIn({ ...setting, clearTokens: () => new Promise(() => {}) })
  login.revoke('refresh-1')
  let answer: number | undefined
  void client.fetch(url).then(({ status }) => {
    answer = status
  })

  await clock.advance(12_000)

  expect(answer).toBe(401)
  expect(client.state).toMatchObject({ status: 'ended', reason })
})
