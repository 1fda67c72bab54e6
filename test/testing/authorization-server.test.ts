import { type AuthorizationServerOptions, authorizationServer, testClock, testFetch } from 'authenticated-client/testing'
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
