import {
  AuthenticatedClient,
  type AuthScheme,
  type ClientEvent,
  isAuthError,
  type LogoutEvent,
  RefreshUnavailableError,
  TokenEndpointError,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { at, json, network, openServer, unauthorized } from '../support/authorization-server'
import { quiet } from '../support/clock'
import { deferred } from '../support/deferred'
import { anonymous, apiOrigin, expired, me, passing, refused, refusedOnce, signedIn, withoutRefreshToken } from './world'

const foreign = 'https://elsewhere.example.com'

/** A scheme that answers its own challenges. */
function answering(answer: AuthScheme['answer']): AuthScheme {
  return {
    name: 'Nonce',
    headers: ['authorization'],
    usesTokens: true,
    attach: (request, tokens, { attempt }) => request.headers.set('authorization', `Nonce ${tokens?.accessToken} ${attempt}`),
    ...(answer && { answer }),
  }
}

describe('row 1', () => {
  it('passes a call to another origin through untouched, and its 401 back (row 1, A1)', async () => {
    const server = openServer(foreign)
    const { client, login, events } = await signedIn({ servers: [server] })
    const answer = unauthorized(refused)
    server.next(() => answer)

    const response = await client.fetch(`${foreign}/x`)

    expect(response).toBe(answer)
    expect(server.requests[0]?.headers.has('authorization')).toBe(false)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await events()).toContainEqual(expect.objectContaining({ type: 'credentials-withheld', reason: 'origin' }))
  })

  it.each(['token', 'revoke'])('sends no credentials to the /%s endpoint, though its origin is allowed (row 1)', async (path) => {
    const { client, login, events } = await signedIn({
      allowedOrigins: [apiOrigin, 'https://login.example.com'],
      revocationEndpoint: 'https://login.example.com/revoke',
    })
    login.next(() => unauthorized(refused))

    const response = await client.fetch(`https://login.example.com/${path}`, { method: 'POST', body: 'hello' })

    expect(response.status).toBe(401)
    expect(login.requests).toHaveLength(1)
    expect(login.requests[0]?.headers.has('authorization')).toBe(false)
    expect(await events()).toContainEqual(expect.objectContaining({ type: 'credentials-withheld', reason: 'endpoint' }))
  })

  it("sends the caller's own Authorization as it is, and gives its 401 back (row 1, A57)", async () => {
    const { client, service, authorizations, login, events } = await refusedOnce()
    const answer = unauthorized(refused)
    service.next(() => answer)

    const response = await client.fetch(me, { headers: { authorization: 'Bearer mine' } })

    expect(response).toBe(answer)
    expect(authorizations()).toEqual(['Bearer mine'])
    expect(login.tokenRequests).toHaveLength(0)
    expect(await events()).toContainEqual(expect.objectContaining({ type: 'credentials-withheld', reason: 'caller' }))
  })

  it.each([
    ['the origin', `${foreign}/x`, {}],
    ['an Authorization of the caller', me, { headers: { Authorization: 'Bearer mine' } }],
  ])('reports to onEvent that row 1 gave the 401 back because of %s (row 1)', async (_, url, init) => {
    const server = openServer(foreign)
    const { client, service, rows } = await signedIn({ servers: [server] })
    for (const { next } of [server, service]) next(() => unauthorized(refused))

    await client.fetch(url, init)

    expect(await rows()).toEqual([1])
  })
})

describe('row 2', () => {
  it.each([200, 204, 301, 304, 400, 404, 419, 440, 498])('gives %i back though it carries a challenge (row 2, F70)', async (status) => {
    const { client, service, login } = await signedIn()
    const answer = new Response(null, { status, headers: { 'WWW-Authenticate': refused } })
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
  })

  it.each([407, 429, 500, 502, 503, 504, 599])('gives %i back without asking isUnauthorized (row 2, F71)', async (status) => {
    const asked: number[] = []
    const { client, service, login } = await signedIn({
      isUnauthorized: (response) => {
        asked.push(response.status)
        return true
      },
    })
    const answer = new Response('no', { status, headers: { 'WWW-Authenticate': refused, 'Proxy-Authenticate': 'Bearer' } })
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(asked).toEqual([])
    expect(login.tokenRequests).toHaveLength(0)
  })

  it.each(['opaque', 'opaqueredirect'])(
    'gives an answer of type %s with status 0 back without asking isUnauthorized (row 2, F74)',
    async (type) => {
      let asked = 0
      const { client, service } = await signedIn({ isUnauthorized: () => ++asked > 0 })
      const answer = Object.defineProperties(new Response(null), { status: { value: 0 }, ok: { value: false }, type: { value: type } })
      service.next(() => answer)

      const response = await client.fetch(me, { redirect: 'manual' })

      expect(response).toBe(answer)
      expect(asked).toBe(0)
      expect(service.requests).toHaveLength(1)
    },
  )

  it.each([200, 503])('reports to onEvent that row 2 gave %i back (row 2)', async (status) => {
    const { client, service, events } = await signedIn()
    service.next(() => json(status, {}))

    await client.fetch(me)

    expect(await events()).toContainEqual(expect.objectContaining({ type: 'decision', row: 2 }))
  })
})

describe('row 3', () => {
  it("does not act on another origin's word, and does not ask isUnauthorized about it (row 3, F75)", async () => {
    let asked = 0
    const { client, service, login, rows } = await signedIn({ isUnauthorized: () => ++asked > 0 })
    const answer = unauthorized(refused, { url: `${foreign}/signin` })
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(asked).toBe(0)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([3])
  })

  it('does not act on the word of another allowed origin either: it is not where we sent the token (row 3)', async () => {
    const { client, service, login, rows } = await signedIn({ allowedOrigins: [apiOrigin, foreign] })
    service.next(() => unauthorized(refused, { url: `${foreign}/x` }))

    const response = await client.fetch(me)

    expect(response.status).toBe(401)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([3])
  })

  it.each(['//elsewhere.example.com/me', 'blob:https://api.example.com/1', 'data:,no'])(
    'does not act on the word of %s (row 3)',
    async (url) => {
      const { client, service, login, rows } = await signedIn()
      service.next(() => unauthorized(refused, { url }))

      const response = await client.fetch(me)

      expect(response.status).toBe(401)
      expect(login.tokenRequests).toHaveLength(0)
      expect(await rows()).toEqual([3])
    },
  )

  it.each([
    ['another path of the same origin', `${apiOrigin}/moved/me`],
    ['a relative path, as some fakes have it,', '/me'],
    ['a relative one with a colon in its query', 'me?at=10:30'],
    ['nowhere, as a mock', ''],
  ])('acts on a 401 from %s (row 3, F76)', async (_, url) => {
    const { client, service } = await refusedOnce()
    service.next(() => unauthorized(refused, { url }))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(service.requests.map(({ url }) => url)).toEqual([me, me])
  })
})

describe('row 4', () => {
  it('gives a call its own 401 when another user has signed in meanwhile (row 4, F40, A39)', async () => {
    const { client, service, login, authorizations, rows } = await signedIn()
    const held = deferred<Response>()
    service.next(() => held.promise)
    const call = client.fetch(me)

    await client.setTokens(login.signIn())
    held.resolve(unauthorized(refused))
    const response = await call

    expect(response.status).toBe(401)
    expect(authorizations()).toEqual(['Bearer access-1'])
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([4])
  })

  it('gives a call its own 401 when its session has ended meanwhile (row 4)', async () => {
    const { client, service, login, rows } = await signedIn()
    const held = deferred<Response>()
    service.next(() => held.promise)
    const call = client.fetch(me)

    await client.logout()
    held.resolve(unauthorized(refused))
    const response = await call

    expect(response.status).toBe(401)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([4])
  })

  it('gives a call its own 401 when nobody was signed in as it began and somebody is now (row 4)', async () => {
    const { client, service, login, authorizations, rows } = await anonymous()
    const held = deferred<Response>()
    service.next(() => held.promise)
    const call = client.fetch(me)
    await quiet()

    await client.setTokens(login.signIn())
    held.resolve(unauthorized(refused))
    const response = await call

    expect(response.status).toBe(401)
    expect(authorizations()).toEqual([null])
    expect(await rows()).toEqual([4])
  })
})

describe('row 5', () => {
  it('sends a call twice at most, and gives the second 401 back untouched (row 5, F62)', async () => {
    const { client, service, login, rows } = await signedIn()
    const second = unauthorized(refused, { body: 'still refused' })
    service.next(
      () => unauthorized(refused),
      () => second,
    )

    const response = await client.fetch(me)

    expect(response).toBe(second)
    expect(response.bodyUsed).toBe(false)
    expect(service.requests).toHaveLength(2)
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([17, 5])
  })

  it('answers each cause once: a scheme answer, then credentials, then no more (row 5)', async () => {
    const { client, service, authorizations, login, rows } = await signedIn({
      scheme: answering((challenge) => (challenge.params.error === 'nonce' ? 'replay' : 'refresh')),
    })
    service.next(
      () => unauthorized('Nonce error="nonce"'),
      () => unauthorized('Nonce error="invalid_token"'),
      () => unauthorized('Nonce error="nonce"'),
    )

    const response = await client.fetch(me)

    expect(response.status).toBe(401)
    expect(authorizations()).toEqual(['Nonce access-1 0', 'Nonce access-1 1', 'Nonce access-2 2'])
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([8, 17, 5])
  })

  it('gives a call inside saveTokens its own 401 for the generation being saved, and waits for nothing (row 5, rule 7, F102)', async () => {
    const inner: Response[] = []
    const rows: number[] = []
    const { login, service, clock } = await anonymous()
    let tokens = login.signIn()
    const client: AuthenticatedClient = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [apiOrigin],
      fetch: network(login, service),
      clock,
      onEvent: (event) => event.type === 'decision' && event.row !== 2 && rows.push(event.row),
      getTokens: () => tokens,
      async saveTokens(next) {
        inner.push(await client.fetch(`${apiOrigin}/inner`))
        tokens = next
      },
    })
    service.always(({ url, headers }) =>
      url.endsWith('/inner') || headers.get('authorization') === 'Bearer access-1' ? unauthorized(refused) : undefined,
    )

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(inner.map(({ status }) => status)).toEqual([401])
    expect(login.refreshes).toBe(1)
    await quiet()
    expect(rows).toEqual([17, 5])
  })
})

it('acts on nothing where a challenge of ours contradicts itself (row 6, A26)', async () => {
  const { client, service, login, rows } = await refusedOnce()
  const answer = unauthorized('Bearer error="invalid_token", error="insufficient_scope"')
  service.next(() => answer)

  const response = await client.fetch(me)

  expect(response).toBe(answer)
  expect(login.tokenRequests).toHaveLength(0)
  expect(await rows()).toEqual([6])
})

describe('row 7', () => {
  it('answers a late 401 for older credentials with the newer ones, without a refresh (row 7, F63)', async () => {
    const { client, service, login, authorizations, rows } = await refusedOnce()
    const held = deferred<Response>()
    service.next(() => held.promise)
    const late = client.fetch(me)
    await client.fetch(me)

    held.resolve(unauthorized(refused))
    const response = await late

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer access-1', 'Bearer access-2', 'Bearer access-2'])
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([17, 7])
  })

  it('goes through freshness: newer credentials that are spent by now are refreshed first (row 7)', async () => {
    const { client, service, login, authorizations, clock } = await refusedOnce()
    const held = deferred<Response>()
    service.next(() => held.promise)
    const late = client.fetch(me)
    await client.fetch(me)

    clock.jump(2 * 3600_000)
    held.resolve(unauthorized(refused))
    const response = await late

    expect(response.status).toBe(200)
    expect(authorizations().at(-1)).toBe('Bearer access-3')
    expect(login.refreshes).toBe(2)
  })
})

describe('rows 8 and 9', () => {
  it('sends again with the same credentials where the scheme can answer (row 8)', async () => {
    const { client, service, authorizations, login, rows } = await signedIn({ scheme: answering(() => 'replay') })
    service.next(
      () => unauthorized('Nonce nonce="1"'),
      () => json(200, {}),
    )

    const response = await client.fetch(me, { method: 'POST', body: 'hello' })

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Nonce access-1 0', 'Nonce access-1 1'])
    expect(await service.requests[1]?.text).toBe('hello')
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([8])
  })

  it('gives the 401 back where the scheme says that there is no answer (row 9)', async () => {
    const { client, service, login, rows } = await signedIn({ scheme: answering(() => 'return') })
    const answer = unauthorized('Nonce nonce="1"')
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([9])
  })

  it('refreshes where the scheme says that the credentials are used up (rows 8, 17)', async () => {
    const { client, service, authorizations, rows } = await signedIn({ scheme: answering(() => 'refresh') })
    service.next(
      () => unauthorized('Nonce nonce="1"'),
      () => json(200, {}),
    )

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Nonce access-1 0', 'Nonce access-2 1'])
    expect(await rows()).toEqual([17])
  })
})

describe('row 10', () => {
  it.each([
    [403, 'Bearer error="insufficient_scope", scope="admin"'],
    [401, 'Bearer error="insufficient_scope", scope="admin"'],
    [401, 'Bearer error="insufficient_user_authentication", acr_values="mfa"'],
    [401, 'Bearer error="insufficient_claims", claims="e30="'],
    [401, 'Bearer claims="e30="'],
  ])('gives %i %s back where there is no hook: a refresh cannot cure it (row 10, F69)', async (status, challenge) => {
    const { client, service, login, rows } = await refusedOnce()
    const answer = unauthorized(challenge, { status })
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([10])
  })

  it('goes on and refreshes for invalid_token with claims where there is no hook (row 10, row 17)', async () => {
    const { client, service, login, rows } = await refusedOnce()
    service.next(() => unauthorized('Bearer error="invalid_token", claims="e30="'))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([17])
  })
})

describe('row 11', () => {
  it.each([
    [403, undefined],
    [403, 'Bearer'],
    [403, refused],
    [401, 'Bearer error="invalid_request"'],
  ])('gives %i with %s back (row 11, F66, F70)', async (status, challenge) => {
    const { client, service, login, rows } = await refusedOnce()
    const answer = unauthorized(challenge, { status })
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([11])
  })
})

describe('row 12', () => {
  it.each(['Basic realm="x"', 'Negotiate', 'Digest realm="x", nonce="1"', 'DPoP algs="ES256"', 'Basic realm="x", Negotiate'])(
    'never answers a foreign scheme: %s (row 12, F67, A45)',
    async (challenge) => {
      const { client, service, login, rows } = await refusedOnce()
      const answer = unauthorized(challenge)
      service.next(() => answer)

      const response = await client.fetch(me)

      expect(response).toBe(answer)
      expect(service.requests).toHaveLength(1)
      expect(login.tokenRequests).toHaveLength(0)
      expect(await rows()).toEqual([12])
    },
  )

  it('refreshes for a foreign challenge that isUnauthorized vouches for, still with our own scheme (row 12, row 17)', async () => {
    const { client, service, authorizations, rows } = await refusedOnce({ isUnauthorized: ({ status }) => status === 401 })
    service.next(() => unauthorized('Basic realm="x"'))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(await rows()).toEqual([17])
  })

  it('owns every 401 where the scheme has no auth-scheme of its own (row 12)', async () => {
    const { client, service, login } = await signedIn({
      scheme: {
        name: '',
        headers: ['x-token'],
        usesTokens: true,
        attach: (request, tokens) => request.headers.set('x-token', tokens?.accessToken ?? ''),
      },
    })
    service.next(
      () => unauthorized('Basic realm="x"'),
      () => json(200, {}),
    )

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(service.requests.map(({ headers }) => headers.get('x-token'))).toEqual(['access-1', 'access-2'])
    expect(login.refreshes).toBe(1)
  })
})

describe('row 13', () => {
  it('gives the 401 back where there is no grant (row 13)', async () => {
    const { service, login } = await anonymous()
    const rows: number[] = []
    const client = new AuthenticatedClient({
      allowedOrigins: [apiOrigin],
      getTokens: () => ({ accessToken: 'old' }),
      fetch: network(login, service),
      onEvent: (event) => event.type === 'decision' && rows.push(event.row),
    })
    const answer = unauthorized(refused)
    service.next(() => answer)

    const response = await client.fetch(me)
    await quiet()

    expect(response).toBe(answer)
    expect(service.requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old'])
    expect(rows).toEqual([13])
  })

  it('gives the 401 back where nothing was attached and the grant needs a refresh token (row 13)', async () => {
    const { client, service, login, rows } = await anonymous()
    const answer = unauthorized(refused)
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([13])
  })

  it('runs a grant that starts from nothing before the first send (row 13)', async () => {
    const grant = Object.assign(() => Promise.resolve({ accessToken: 'from-nothing' }), { needs: 'nothing' as const })
    const { client, service, authorizations } = await anonymous({ grant })
    service.always(() => json(200, {}))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Bearer from-nothing'])
  })
})

describe('row 14', () => {
  it('rejects at once inside the cool-down with the failure that opened it, and asks again after it (row 14, F64)', async () => {
    const { client, clock, login, service, rows } = await refusedOnce()
    login.next(() => json(503, {}))
    const first = await passing(clock, client.fetch(me), 0).catch((error: unknown) => error)
    const asked = login.tokenRequests.length

    const second = await client.fetch(me).catch((error: unknown) => error)

    expect(first).toBeInstanceOf(RefreshUnavailableError)
    expect(second).toBeInstanceOf(RefreshUnavailableError)
    expect((first as RefreshUnavailableError).retryAt).toBeGreaterThan(clock.now())
    expect(login.tokenRequests).toHaveLength(asked)
    expect(service.requests).toHaveLength(2)
    expect(await rows()).toEqual([17, 14])

    await clock.advance(300_000)
    const third = await client.fetch(me)

    expect(third.status).toBe(200)
  })

  it('rejects inside the cool-down with the same TokenEndpointError, without a logout (row 14, F9)', async () => {
    const logouts: LogoutEvent[] = []
    const { client, login, rows } = await refusedOnce({ onLogout: (event) => logouts.push(event) })
    login.next(() => json(400, { error: 'invalid_client' }))
    const first = await client.fetch(me).catch((error: unknown) => error)

    const second = await client.fetch(me).catch((error: unknown) => error)

    expect(first).toBeInstanceOf(TokenEndpointError)
    expect(second).toMatchObject({ name: 'TokenEndpointError', error: 'invalid_client' })
    expect(login.tokenRequests).toHaveLength(1)
    expect(await rows()).toEqual([17, 14])
    expect(logouts).toEqual([])
    expect(client.state.status).toBe('authenticated')
  })
})

describe('row 15', () => {
  it('gives 401s back once the refresh budget is spent, without a logout, and works again after the interval (row 15, F62, A51)', async () => {
    const { client, clock, service, login, rows } = await signedIn({ refreshBudget: { attempts: 1, interval: 30_000 } })
    service.always(() => unauthorized(refused))
    await client.fetch(me)
    const answer = unauthorized(refused)
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(service.requests).toHaveLength(3)
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([17, 5, 15])
    expect(client.state.status).toBe('authenticated')

    await clock.advance(30_001)
    service.always(undefined)
    login.spoilAccessTokens()

    expect((await client.fetch(me)).status).toBe(200)
  })

  it('refreshes five times in 30 s at most by itself (row 15, F62, A51)', async () => {
    const { client, clock, service, login } = await signedIn()
    service.always(() => unauthorized(refused))

    for (let call = 0; call < 12; call++) await passing(clock, client.fetch(me), 1_000)

    expect(login.refreshes).toBe(5)
    expect(client.state.status).toBe('authenticated')
  })
})

describe('row 16', () => {
  it('ends the session on our own invalid_token where there is nothing to refresh with (row 16, A50)', async () => {
    const logouts: LogoutEvent[] = []
    const { client, service, login, rows } = await withoutRefreshToken({ onLogout: (event) => logouts.push(event) })
    service.next(() => unauthorized(refused, { body: 'gone' }))

    const response = await client.fetch(me)

    expect([response.status, await response.text()]).toEqual([401, 'gone'])
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([16])
    expect(client.state).toMatchObject({ status: 'ended', reason: 'no_refresh_token' })
    expect(logouts).toMatchObject([{ reason: 'no_refresh_token' }])
  })

  it('calls onLogout before the call has its 401, so that it cannot undo the sign-in that the app begins on that 401 (row 16)', async () => {
    const order: string[] = []
    const { client, service, login } = await withoutRefreshToken({ onLogout: ({ reason }) => void order.push(reason) })
    service.next(() => unauthorized(refused))

    const { status } = await client.fetch(me)
    order.push(String(status))
    await client.setTokens(login.signIn())
    await quiet()

    expect(order).toEqual(['no_refresh_token', '401'])
    expect(client.state.status).toBe('authenticated')
  })

  it("ends the session where the token's lifetime is over when the 401 comes (row 16)", async () => {
    const { client, clock, service, rows } = await withoutRefreshToken()
    const held = deferred<Response>()
    service.next(() => held.promise)
    const call = client.fetch(me)
    clock.jump(3600_001)

    held.resolve(unauthorized())
    const response = await call

    expect(response.status).toBe(401)
    expect(await rows()).toEqual([16])
    expect(client.state).toMatchObject({ status: 'ended', reason: 'no_refresh_token' })
  })

  it.each([undefined, 'Bearer', 'Bearer error="odd"'])(
    'keeps the session on a 401 with %s: a resource alone cannot end it (row 16, A50)',
    async (challenge) => {
      const logouts: LogoutEvent[] = []
      const { client, service, rows } = await withoutRefreshToken({ onLogout: (event) => logouts.push(event) })
      const answer = unauthorized(challenge)
      service.next(() => answer)

      const response = await client.fetch(me)

      expect(response.status).toBe(401)
      expect(await rows()).toEqual([16])
      expect(client.state.status).toBe('authenticated')
      expect(logouts).toEqual([])
    },
  )
})

describe('row 17', () => {
  it('refreshes, then sends the same request again with the new token (row 17)', async () => {
    const { client, service, authorizations, login, rows } = await refusedOnce()

    const response = await client.fetch(me, { method: 'DELETE' })

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(service.requests.map(({ method, url }) => [method, url])).toEqual([
      ['DELETE', me],
      ['DELETE', me],
    ])
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([17])
  })

  it('shares one refresh among 1,000 calls that fail together, and replays each once (row 17, F61)', async () => {
    const { client, service, login } = await refusedOnce()

    const responses = await Promise.all(Array.from({ length: 1_000 }, (_, call) => client.fetch(`${apiOrigin}/${call}`)))

    expect(responses.every(({ ok }) => ok)).toBe(true)
    expect(login.tokenRequests).toHaveLength(1)
    expect(service.requests).toHaveLength(2_000)
  })

  it('gives every waiting call its own 401 when the refresh token is refused, and logs out once (row 17)', async () => {
    const logouts: LogoutEvent[] = []
    const { client, clock, service, login } = await signedIn({ onLogout: (event) => logouts.push(event) })
    login.revoke('refresh-1')
    service.always(({ url }) => unauthorized(refused, { body: `refused ${new URL(url).pathname}` }))

    const calls = Promise.all(['/a', '/b', '/c'].map((path) => client.fetch(`${apiOrigin}${path}`)))
    const responses = await passing(clock, calls)

    expect(responses.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(await Promise.all(responses.map((response) => response.text()))).toEqual(['refused /a', 'refused /b', 'refused /c'])
    expect(service.requests).toHaveLength(3)
    expect(login.tokenRequests).toHaveLength(1)
    expect(logouts).toMatchObject([{ reason: 'refresh_rejected' }])
  })

  it('rejects every waiting call with RefreshUnavailableError when the token endpoint is down, and keeps the session (row 17)', async () => {
    const { client, clock, service, login } = await refusedOnce()
    login.next(() => json(503, {}))

    const calls = Promise.allSettled([client.fetch(me), client.fetch(me)])
    const outcomes = await passing(clock, calls, 0)

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'RefreshUnavailableError', code: 'ERR_REFRESH_UNAVAILABLE' } })
      expect(outcome.status === 'rejected' && isAuthError(outcome.reason)).toBe(true)
    }
    expect(service.requests).toHaveLength(2)
    expect(client.state.status).toBe('authenticated')
  })
})

describe('before the first send', () => {
  it('refreshes an expired token first, and sends once', async () => {
    const { client, authorizations, login } = await expired()

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Bearer access-2'])
    expect(login.refreshes).toBe(1)
  })

  it('counts a token within the leeway as spent', async () => {
    const { client, clock, authorizations } = await signedIn({ expiryLeeway: 30_000 })
    clock.jump(3600_000 - 29_999)

    await client.fetch(me)

    expect(authorizations()).toEqual(['Bearer access-2'])
  })

  it('sends with a spent token that has not expired while a refresh is unavailable', async () => {
    const { client, clock, login, authorizations } = await signedIn()
    clock.jump(3600_000 - 10_000)
    login.next(() => json(503, {}))

    const response = await passing(clock, client.fetch(me), 0)

    expect(response.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    expect(authorizations()).toEqual(['Bearer access-1'])
  })

  it('rejects, and sends nothing, where the token has expired and a refresh is unavailable', async () => {
    const { client, clock, login, service } = await expired()
    login.next(() => json(503, {}))

    const call = passing(clock, client.fetch(me), 0)

    await expect(call).rejects.toBeInstanceOf(RefreshUnavailableError)
    expect(service.requests).toHaveLength(0)
  })

  it('rejects at once inside the cool-down where the token has expired, without asking again (F64)', async () => {
    const { client, clock, login, service } = await expired()
    login.next(() => json(503, {}))
    await passing(clock, client.fetch(me), 0).catch(() => {})
    const asked = login.tokenRequests.length

    const call = client.fetch(me)

    await expect(call).rejects.toBeInstanceOf(RefreshUnavailableError)
    expect(login.tokenRequests).toHaveLength(asked)
    expect(service.requests).toHaveLength(0)
  })

  it('rejects with SessionEndedError, and sends nothing, where the refresh token is refused', async () => {
    const { client, clock, login, service } = await expired()
    login.revoke('refresh-1')

    const call = passing(clock, client.fetch(me))

    await expect(call).rejects.toMatchObject({ name: 'SessionEndedError', code: 'ERR_SESSION_ENDED' })
    expect(service.requests).toHaveLength(0)
  })

  it('rejects with SessionChangedError where another user has signed in meanwhile: never their token (F40, A39)', async () => {
    const { client, login, service } = await expired()
    const held = deferred<Response | undefined>()
    login.next(() => held.promise)
    const call = client.fetch(me)
    call.catch(() => {})
    await quiet()

    await client.setTokens(login.signIn())
    held.resolve(undefined)

    await expect(call).rejects.toMatchObject({ name: 'SessionChangedError', code: 'ERR_SESSION_CHANGED' })
    expect(service.requests).toHaveLength(0)
  })
})

it('tells which call and attempt a decision is about, with a reason, and no secret (rule 13)', async () => {
  const { client, service, events } = await signedIn()
  service.always(() => unauthorized(refused))

  await client.fetch(`${me}?secret=1`)

  const decisions = (await events()).filter((event): event is ClientEvent & { type: 'decision' } => event.type === 'decision')
  expect(decisions.map(({ attempt, row }) => [attempt, row])).toEqual([
    [0, 17],
    [1, 5],
  ])
  expect(new Set(decisions.map(({ call }) => call)).size).toBe(1)
  for (const { reason, at: time } of decisions) expect([typeof reason, typeof time]).toEqual(['string', 'number'])
  expect(JSON.stringify(await events())).not.toMatch(/access-|refresh-\d|secret/)
})

it('gives the 200 of a replay back as it came', async () => {
  const { client, service } = await signedIn()
  const answer = at(json(200, {}), me)
  service.next(
    () => unauthorized(refused),
    () => answer,
  )

  const response = await client.fetch(me)

  expect(response).toBe(answer)
})
