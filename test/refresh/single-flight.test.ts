import { AuthenticatedClient, type TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { unauthorized } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { loopback } from '../support/loopback.ts'
import { calls, presented, rejection, shown, signedIn, url, type World, watch } from './signed-in.ts'

describe('one refresh for everyone', () => {
  it('sends one token request for 10,000 calls that find the token expired, and answers all of them (rule 1)', async () => {
    const { client, login, resource, inTime } = await signedIn({ standing: 'expired' })

    const responses = await inTime(Promise.all(calls(client, 10_000)))

    expect(responses.filter(({ status }) => status === 200)).toHaveLength(10_000)
    expect(login.tokenRequests).toHaveLength(1)
    expect(resource.requests).toHaveLength(10_000)
    expect(new Set(shown(resource))).toEqual(new Set(['access-2']))
  })

  it('sends one refresh for 1,000 calls that are refused together, and each again once (F61, row 17)', async () => {
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'refused' })

    const responses = await inTime(Promise.all(calls(client, 1000)))

    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect(login.tokenRequests).toHaveLength(1)
    expect(resource.requests).toHaveLength(2000)
    expect(app.saved).toHaveLength(1)
  })

  it('gives every waiting call its own answer', async () => {
    const { client, inTime } = await signedIn({ standing: 'refused' })

    const responses = await inTime(Promise.all(calls(client, 100)))

    const urls = await Promise.all(responses.map(async (response) => ((await response.json()) as { url: string }).url))
    expect(urls).toEqual(Array.from({ length: 100 }, (_, index) => `${url}?n=${index}`))
  })

  it('replays a late 401 for the old token without a second refresh (F63, row 7)', async () => {
    const late = deferred()
    const { client, login, resource, inTime } = await signedIn({ standing: 'refused' })
    resource.next(async () => {
      await late.promise
      return unauthorized('Bearer error="invalid_token"')
    })

    const slow = client.fetch(url)
    await inTime(client.fetch(url))
    late.resolve()
    const response = await inTime(slow)

    expect(response.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    expect(shown(resource)).toEqual(['access-1', 'access-1', 'access-2', 'access-2'])
  })

  it('replays a 401 for a token that is two generations old without a refresh (F63, row 7)', async () => {
    const late = deferred()
    const { client, login, resource, inTime } = await signedIn()
    resource.next(async () => {
      await late.promise
      return unauthorized('Bearer error="invalid_token"')
    })

    const slow = client.fetch(url)
    await inTime(client.refresh())
    await inTime(client.refresh())
    late.resolve()
    const response = await inTime(slow)

    expect(response.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(2)
    expect(shown(resource)).toEqual(['access-1', 'access-3'])
  })

  it('lets a call that comes while the refresh is under way join it, whether it was refused, spent or asked for (rule 1)', async () => {
    const answer = deferred()
    const { client, login, resource, inTime } = await signedIn({ standing: 'expired' })
    login.next(async () => {
      await answer.promise
      return undefined
    })

    const first = client.fetch(url)
    await quiet()
    const others = [client.fetch(url), client.refresh(), client.getAccessToken()] as const
    await quiet()
    const before = resource.requests.length
    answer.resolve()
    const [response, , token] = await inTime(Promise.all([...others, first]))

    expect(before).toBe(0)
    expect(response.status).toBe(200)
    expect(token).toBe('access-2')
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('sends a call out with a token that is still good while a refresh is under way', async () => {
    const { client, login, resource } = await signedIn()
    const answer = deferred()
    login.next(async () => {
      await answer.promise
      return undefined
    })

    const refresh = client.refresh()
    const response = await client.fetch(url)
    answer.resolve()
    await refresh

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual(['access-1'])
  })

  it('starts a new flight when the last one is over', async () => {
    const { client, login, inTime } = await signedIn()

    for (let turn = 0; turn < 3; turn++) await inTime(Promise.all([client.refresh(), client.refresh()]))

    expect(login.tokenRequests).toHaveLength(3)
    expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-2', 'refresh-3'])
    expect(login.reuses).toBe(0)
  })

  it('shares a failure as it shares a success (F64)', async () => {
    const { client, login, inTime } = await signedIn({ standing: 'expired' })
    login.always(() => new Response('down', { status: 503 }))

    const results = await inTime(Promise.allSettled(calls(client, 1000)))

    const codes = new Set(results.map((result) => (result.status === 'rejected' ? result.reason.code : 'fulfilled')))
    expect(codes).toEqual(new Set(['ERR_REFRESH_UNAVAILABLE']))
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('does the same over real connections: 300 refused calls, one token request (F61)', async () => {
    const server = await loopback(({ path, headers }, response) => {
      if (path === '/token') {
        response.end(JSON.stringify({ access_token: 'access-2', refresh_token: 'refresh-2', expires_in: 3600 }))
        return
      }
      const isStale = headers.authorization !== 'Bearer access-2'
      if (isStale) response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })
      response.end(isStale ? 'refused' : path)
    })
    let tokens: TokenSet = { accessToken: 'access-1', refreshToken: 'refresh-1' }
    const client = new AuthenticatedClient({
      tokenEndpoint: `${server.origin}/token`,
      clientId: 'web',
      getTokens: () => tokens,
      saveTokens: (next) => {
        tokens = next
      },
    })

    const bodies = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => (await client.fetch(`${server.origin}/${index}`)).text()),
    )

    expect(bodies).toEqual(Array.from({ length: 300 }, (_, index) => `/${index}`))
    expect(server.requests.filter(({ path }) => path === '/token')).toHaveLength(1)
    expect(tokens).toMatchObject({ refreshToken: 'refresh-2' })
  })

  it('keeps the refreshes of two sessions apart: a user who signs in during a refresh does not wait for it (A39, rule 4)', async () => {
    const { client, login, resource, inTime } = await signedIn({ standing: 'expired', sessionId: 'alice' })
    login.next(() => new Promise(() => {}))
    const alice = watch(client.fetch(url))
    await quiet()

    const signIn = login.signIn()
    await inTime(client.setTokens({ ...signIn, expiresAt: 1 }), 1000)
    const response = await inTime(client.fetch(url), 1000)

    expect(response.status).toBe(200)
    expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-2'])
    expect(shown(resource)).toEqual(['access-3'])
    expect(alice.state).not.toBe('fulfilled')
  })

  it('rejects the unsent call of a session that was replaced during its refresh (F40, A39)', async () => {
    const answer = deferred()
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'expired', sessionId: 'alice' })
    login.next(async () => {
      await answer.promise
      return undefined
    })
    const alice = client.fetch(url)
    await quiet()

    const bob = login.signIn()
    await inTime(client.setTokens(bob))
    answer.resolve()
    const error = await rejection(inTime(alice))

    expect(error).toMatchObject({ code: 'ERR_SESSION_CHANGED', name: 'SessionChangedError' })
    expect(resource.requests).toHaveLength(0)
    expect(app.tokens).toMatchObject({ accessToken: bob.accessToken })
    expect(app.logouts).toEqual([])
  })
})

describe('a pair that arrives for a session that is gone', () => {
  for (const [name, leave] of [
    ['somebody else has signed in', ({ client, login }) => client.setTokens(login.signIn())],
    ['the user has signed out', ({ client }) => client.logout()],
  ] as [string, (world: World) => Promise<void>][]) {
    it(`since ${name} is neither kept nor saved, and revoked (F38, F39, F40, rule 3)`, async () => {
      const answer = deferred()
      const world = await signedIn({
        standing: 'refused',
        sessionId: 'alice',
        revocationEndpoint: 'https://login.example.com/revoke',
        clearTokens: () => {
          world.app.tokens = null
        },
      })
      const { client, clock, login, resource, app, inTime } = world
      login.next(async () => {
        await answer.promise
        return Response.json({ access_token: 'late', refresh_token: 'refresh-late' })
      })
      const alice = client.fetch(url)
      await quiet()

      await inTime(leave(world))
      const stored = app.tokens
      answer.resolve()
      const response = await inTime(alice)
      await clock.advance(1000)

      expect(response.status).toBe(401)
      expect(shown(resource)).toEqual(['access-1'])
      expect(app.tokens).toBe(stored)
      expect(app.saved.map(({ accessToken }) => accessToken)).not.toContain('late')
      expect(login.revoked).toContain('refresh-late')
    })
  }
})

describe('refresh()', () => {
  it('gets new tokens though the old ones are fresh', async () => {
    const { client, login, app, inTime } = await signedIn()

    await inTime(client.refresh())

    expect(login.tokenRequests).toHaveLength(1)
    expect(app.tokens).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' })
    expect(client.state).toMatchObject({ status: 'authenticated' })
  })

  it('goes on where the ID token that the app shows is no text, such as one that was decoded', async () => {
    const { client, app, inTime } = await signedIn({ stored: { idToken: { payload: { sub: 'u' } } as never } })

    await inTime(client.refresh())

    expect(app.tokens).toMatchObject({ accessToken: 'access-2' })
  })

  it('keeps what the answer leaves out: fields that the app stored survive', async () => {
    const { client, app, inTime } = await signedIn({ sessionId: 's', stored: { idToken: 'id', scope: 'read', ...{ theme: 'dark' } } })

    await inTime(client.refresh())

    expect(app.tokens).toMatchObject({ accessToken: 'access-2', sessionId: 's', idToken: 'id', scope: 'read', theme: 'dark' })
  })

  it('rejects with SessionEndedError while nobody is signed in, without a token request', async () => {
    const { client, login, app, inTime } = await signedIn()
    app.tokens = null

    const error = await rejection(inTime(client.refresh()))

    expect(error).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(login.requests).toHaveLength(0)
  })

  it('rejects with what the refresh came to: unavailable, misconfigured, rejected', async () => {
    const codeWhen = async (status: number, body: unknown): Promise<unknown> => {
      const { client, login, inTime } = await signedIn()
      login.always(() => Response.json(body, { status }))
      return ((await rejection(inTime(client.refresh()))) as { code: unknown }).code
    }

    expect(await codeWhen(503, {})).toBe('ERR_REFRESH_UNAVAILABLE')
    expect(await codeWhen(401, { error: 'invalid_client' })).toBe('ERR_TOKEN_ENDPOINT')
    expect(await codeWhen(400, { error: 'invalid_grant' })).toBe('ERR_SESSION_ENDED')
  })
})

describe('getAccessToken()', () => {
  it('gives the token there is while it is fresh, without a request', async () => {
    const { client, login } = await signedIn()

    expect(await client.getAccessToken()).toBe('access-1')
    expect(login.requests).toHaveLength(0)
  })

  it('refreshes one that is spent', async () => {
    const { client, login, inTime } = await signedIn({ standing: 'nearly spent' })

    expect(await inTime(client.getAccessToken())).toBe('access-2')
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('refreshes one that would not last for minValidity', async () => {
    const { client, login, clock, inTime } = await signedIn()
    await clock.advance(1_800_000)

    expect(await inTime(client.getAccessToken({ minValidity: 1_700_000 }))).toBe('access-1')
    expect(await inTime(client.getAccessToken({ minValidity: 1_900_000 }))).toBe('access-2')
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('refreshes at most once, then gives what there is: no lifetime is long enough for a minValidity that is longer', async () => {
    const { client, login, inTime } = await signedIn({ expiresIn: 60 })

    expect(await inTime(client.getAccessToken({ minValidity: 86_400_000 }))).toBe('access-2')
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('gives the token that is not yet over when no new one can be had, and rejects when it is over', async () => {
    const nearly = await signedIn({ standing: 'nearly spent' })
    nearly.login.always(() => new Response(null, { status: 503 }))
    const over = await signedIn({ standing: 'expired' })
    over.login.always(() => new Response(null, { status: 503 }))

    expect(await nearly.inTime(nearly.client.getAccessToken())).toBe('access-1')
    expect(await rejection(over.inTime(over.client.getAccessToken()))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })

  it('rejects with SessionEndedError after the session has ended', async () => {
    const { client, login, inTime } = await signedIn({ standing: 'expired' })
    login.always(() => Response.json({ error: 'invalid_grant' }, { status: 400 }))

    const first = await rejection(inTime(client.getAccessToken()))
    const second = await rejection(inTime(client.getAccessToken()))

    expect(first).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(second).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(login.tokenRequests).toHaveLength(1)
  })
})
