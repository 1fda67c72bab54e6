import {
  type ApiOptions,
  type AuthorizationServerOptions,
  api,
  authorizationServer,
  testClock,
  testFetch,
} from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'

describe('the test authorization server', () => {
  it('rotates: each refresh gives a new refresh token and consumes the one presented', async () => {
    const { login, refresh } = start()
    const first = login.signIn()

    const second = await refresh(first.refreshToken)

    expect(second).toMatchObject({
      status: 200,
      refresh_token: 'refresh-2',
      access_token: 'access-2',
      expires_in: 3600,
      token_type: 'Bearer',
    })
    expect(login.tokens.isLive('refresh-1')).toBe(false)
    expect(login.tokens.isLive('refresh-2')).toBe(true)
    expect(login.refreshes).toBe(1)
  })

  it('ends the whole session when a consumed refresh token is presented', async () => {
    const { login, refresh } = start()
    const { refreshToken } = login.signIn()
    const { access_token, refresh_token } = await refresh(refreshToken)

    const reused = await refresh(refreshToken)

    expect(reused).toEqual({ status: 400, error: 'invalid_grant' })
    expect(await refresh(refresh_token)).toEqual({ status: 400, error: 'invalid_grant' })
    expect(login.tokens.accepts(String(access_token))).toBeUndefined()
    expect(login.reuses).toBe(1)
  })

  it('only refuses a consumed one where reuse is refused', async () => {
    const { login, refresh } = start({ reuse: 'refuse' })
    const { refreshToken } = login.signIn()
    const { refresh_token } = await refresh(refreshToken)

    expect(await refresh(refreshToken)).toEqual({ status: 400, error: 'invalid_grant' })

    expect((await refresh(refresh_token)).status).toBe(200)
  })

  it.each([
    ['the same pair', 'refresh-2'],
    ['a new pair', 'refresh-3'],
  ] as const)('gives %s for a consumed one inside the overlap window', async (overlapGives, expected) => {
    const { login, refresh, clock } = start({ overlap: 10_000, overlapGives })
    const { refreshToken } = login.signIn()
    await refresh(refreshToken)

    const inside = await refresh(refreshToken)
    clock.jump(10_000)
    const outside = await refresh(refreshToken)

    expect(inside).toMatchObject({ status: 200, refresh_token: expected })
    expect(outside.status).toBe(400)
  })

  it('says of a pair that it gives again how much of its lifetime is left', async () => {
    const { login, refresh, clock } = start({ overlap: 30_000, lifetime: 60_000 })
    const { refreshToken } = login.signIn()
    await refresh(refreshToken)
    clock.jump(20_000)

    const again = await refresh(refreshToken)
    login.spoilAccessTokens()
    const spoilt = await refresh(refreshToken)

    expect([again.expires_in, spoilt.expires_in]).toEqual([40, 60])
  })

  it('treats null as absent, option by option', async () => {
    const options: Record<keyof AuthorizationServerOptions, null> = {
      origin: null,
      clock: null,
      tellsLifetime: null,
      clients: null,
      rotates: null,
      reuse: null,
      overlap: null,
      overlapGives: null,
      lifetime: null,
      revokesAccess: null,
      accessTokens: null,
    }
    const login = authorizationServer(options as object)
    const apiOptions = { authorizationServer: login, origin: null, refusal: null, scopeOf: null, serve: null }
    const shop = api(apiOptions as object as ApiOptions)
    const { accessToken, refreshToken = '' } = login.signIn()
    const refresh = async (): Promise<unknown> => {
      const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken })
      return (await testFetch(login)(login.tokenEndpoint, { method: 'POST', body })).json()
    }

    const response = await testFetch(shop)(shop.origin, { headers: { authorization: `Bearer ${accessToken}` } })

    expect([response.status, accessToken]).toEqual([200, 'access-1'])
    expect(await refresh()).toMatchObject({ refresh_token: 'refresh-2', expires_in: 3600 })
    expect(await refresh()).toEqual({ error: 'invalid_grant' })
    expect(login.tokens.accepts(accessToken)).toBeUndefined()
  })

  it('keeps the refresh token, and does not say it again, where nothing rotates', async () => {
    const { login, refresh } = start({ rotates: false })
    const { refreshToken } = login.signIn()

    const [one, other] = [await refresh(refreshToken), await refresh(refreshToken)]

    expect([one, other].map(({ status, refresh_token }) => [status, refresh_token])).toEqual([
      [200, undefined],
      [200, undefined],
    ])
  })

  it('takes an access token until its lifetime is over', () => {
    const { login, clock } = start({ lifetime: 2_000 })
    const { accessToken, expiresAt } = login.signIn()
    expect(expiresAt).toBe(clock.now() + 2_000)

    clock.jump(1_999)
    expect(login.tokens.accepts(accessToken)).toBeDefined()
    clock.jump(1)

    expect(login.tokens.accepts(accessToken)).toBeUndefined()
  })

  it('leaves out expires_in where a lifetime never ends', async () => {
    const { login, refresh } = start({ lifetime: Number.POSITIVE_INFINITY })

    const tokens = login.signIn()

    expect(tokens).not.toHaveProperty('expiresAt')
    expect(await refresh(tokens.refreshToken)).not.toHaveProperty('expires_in')
  })

  it('issues tokens that look like JWTs for any name', () => {
    const { login } = start({ accessTokens: 'jwt' })

    const payloads = ['Zoë', '日本'].map((sub) => login.signIn({ sub }).accessToken.split('.')[1] ?? '')

    const names = payloads.map((payload) => JSON.parse(Buffer.from(payload, 'base64url').toString()).sub)
    expect(names).toEqual(['Zoë', '日本'])
  })

  it('has the origin of the URL it is given', () => {
    const { login } = start({ origin: 'https://id.example.com/' })

    expect([login.origin, login.tokenEndpoint]).toEqual(['https://id.example.com', 'https://id.example.com/token'])
    expect(api({ authorizationServer: login, origin: 'https://shop.example.com/' }).origin).toBe('https://shop.example.com')
  })

  it.each(['localhost:3000', 'login', 'file:///tmp', '//login.example.com'])('is nowhere at %s: a TypeError names the option', (origin) => {
    const { login } = start()

    for (const make of [() => authorizationServer({ origin }), () => api({ authorizationServer: login, origin })])
      expect(make).toThrow(new TypeError('origin must be an absolute http or https URL, such as http://localhost:3000'))
  })

  it('issues tokens that look like JWTs where that is asked', async () => {
    const { login, clock } = start({ accessTokens: 'jwt' })

    const { accessToken } = login.signIn({ sub: 'ada', scope: 'read' })

    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({
      sub: 'ada',
      sid: 'session-0',
      scope: 'read',
      exp: claims.iat + 3600,
      iat: Math.floor(clock.now() / 1000),
    })
  })

  it('knows its confidential clients, by header and by body (RFC 6749 §2.3.1)', async () => {
    const { post } = start({ clients: { 'a:b': 's&cret' } })
    const basic = `Basic ${btoa('a%3Ab:s%26cret')}`

    const byHeader = await post({ grant_type: 'client_credentials' }, { authorization: basic })
    const byBody = await post({ grant_type: 'client_credentials', client_id: 'a:b', client_secret: 's&cret' })
    const wrong = await post({ grant_type: 'client_credentials', client_id: 'a:b', client_secret: 'secret' })
    const inherited = await post({ grant_type: 'client_credentials', client_id: 'toString', client_secret: '' })

    expect([byHeader.status, byBody.status]).toEqual([200, 200])
    expect(byHeader).not.toHaveProperty('refresh_token')
    expect([wrong, inherited]).toEqual([
      { status: 401, error: 'invalid_client' },
      { status: 401, error: 'invalid_client' },
    ])
  })

  it('takes no secret that only begins with the right one and a colon (RFC 7617 §2)', async () => {
    const { post } = start({ clients: { orders: 'x' } })

    const { status } = await post({ grant_type: 'client_credentials' }, { authorization: `Basic ${btoa('orders:x:and more')}` })

    expect(status).toBe(401)
  })

  it('names a service by the id in its Basic credentials, and takes malformed ones for nobody', async () => {
    const { login, post } = start({ clients: { orders: 'x' } })
    const grant = { grant_type: 'client_credentials' }

    const { access_token } = await post(grant, { authorization: `Basic ${btoa('orders:x')}` })
    const malformed = await post(grant, { authorization: `Basic ${btoa('orders:s%')}` })

    expect(login.tokens.accepts(String(access_token))?.family.sub).toBe('orders')
    expect(malformed).toEqual({ status: 401, error: 'invalid_client' })
  })

  it('gives an access token for part of the scope where a refresh asks for that, and for no more than was granted (RFC 6749 §6)', async () => {
    const { login, post } = start()
    const shop = api({ authorizationServer: login, scopeOf: () => 'write' })
    const { refreshToken = '' } = login.signIn({ scope: 'read write' })
    const refresh = (refresh_token: unknown, scope = '') =>
      post({ grant_type: 'refresh_token', refresh_token: String(refresh_token), scope })

    const more = await refresh(refreshToken, 'read admin')
    const part = await refresh(refreshToken, 'read')
    const all = await refresh(part.refresh_token)
    const write = ({ access_token }: Record<string, unknown>) =>
      testFetch(shop)(shop.origin, { headers: { authorization: `Bearer ${access_token}` } })

    expect(more).toEqual({ status: 400, error: 'invalid_scope' })
    expect([part.scope, all.scope]).toEqual(['read', 'read write'])
    expect([(await write(part)).status, (await write(all)).status]).toEqual([403, 200])
  })

  it('wants a refresh token for a refresh (RFC 6749 §5.2)', async () => {
    const { post } = start()

    expect(await post({ grant_type: 'refresh_token' })).toEqual({ status: 400, error: 'invalid_request' })
  })

  it('lets nobody keep a token response (RFC 6749 §5.1)', async () => {
    const { login, fetch } = start()

    const response = await fetch(login.tokenEndpoint, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }) })

    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    ['that says no grant', 'client_id=web'],
    ['with a parameter twice', 'grant_type=client_credentials&client_id=web&client_id=app'],
    ['that says it is text', 'grant_type=client_credentials', 'text/plain'],
    ['that says nothing of what it is', 'grant_type=client_credentials', ''],
  ])('refuses a token request %s as invalid (RFC 6749 §3.2, §5.2)', async (_what, body, type = 'application/x-www-form-urlencoded') => {
    const { login, fetch } = start()

    const response = await fetch(login.tokenEndpoint, { method: 'POST', headers: { 'content-type': type }, body })

    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_request' }])
  })

  it('lets no client prove itself in two ways at once (RFC 6749 §2.3)', async () => {
    const { post } = start({ clients: { orders: 'x' } })

    const answer = await post({ grant_type: 'client_credentials', client_secret: 'x' }, { authorization: `Basic ${btoa('orders:x')}` })

    expect(answer).toEqual({ status: 400, error: 'invalid_request' })
  })

  it('lets audience and resource repeat (RFC 8693 §2.1, RFC 8707 §2)', async () => {
    const { login, fetch } = start()
    const body = 'grant_type=client_credentials&resource=https://a.example&resource=https://b.example&audience=a&audience=b'

    const response = await fetch(login.tokenEndpoint, { method: 'POST', body: new URLSearchParams(body) })

    expect(response.status).toBe(200)
  })

  it('wants a token for a revocation (RFC 7009 §2.1)', async () => {
    const { login, fetch } = start()

    const response = await fetch(login.revocationEndpoint, { method: 'POST', body: new URLSearchParams({ token: '' }) })

    expect([response.status, login.revoked]).toEqual([400, []])
  })

  it('forgets a session at its revocation endpoint (RFC 7009)', async () => {
    const { login, refresh, fetch } = start()
    const { refreshToken = '' } = login.signIn()

    const response = await fetch(login.revocationEndpoint, { method: 'POST', body: new URLSearchParams({ token: refreshToken }) })

    expect(response.status).toBe(200)
    expect(login.revoked).toEqual([refreshToken])
    expect(await refresh(refreshToken)).toEqual({ status: 400, error: 'invalid_grant' })
  })

  it('plays the answers of its script, one each, before its usual ones', async () => {
    const { login, refresh } = start()
    const { refreshToken } = login.signIn()
    login.next(
      () => new Response('{}', { status: 503 }),
      () => undefined,
    )

    expect((await refresh(refreshToken)).status).toBe(503)
    expect((await refresh(refreshToken)).status).toBe(200)
  })

  it('acts once for a request, however often the script asks for its usual answer', async () => {
    const { login, refresh } = start()
    const { refreshToken } = login.signIn()
    const seen: unknown[] = []
    login.always(async (_request, usual) => {
      for (const response of [await usual(), await usual()]) seen.push((await response.json()).refresh_token)
      return undefined
    })

    const { refresh_token } = await refresh(refreshToken)

    expect([...seen, refresh_token]).toEqual(['refresh-2', 'refresh-2', 'refresh-2'])
    expect([login.refreshes, login.reuses]).toEqual([1, 0])
  })

  it('lets a client cancel a usual answer that the script hands on', async () => {
    const { login, fetch } = start()
    login.next((_request, usual) => usual())

    const response = await fetch(login.origin)

    await expect(response.body?.cancel()).resolves.toBeUndefined()
  })
})

function start(options: AuthorizationServerOptions = {}) {
  const clock = testClock()
  const login = authorizationServer({ clock, ...options })
  const fetch = testFetch(login)
  const post = async (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Record<string, unknown>> => {
    const response = await fetch(login.tokenEndpoint, { method: 'POST', headers, body: new URLSearchParams(fields) })
    return { status: response.status, ...((await response.json()) as object) }
  }
  return { login, clock, fetch, post, refresh: (token: unknown) => post({ grant_type: 'refresh_token', refresh_token: String(token) }) }
}
