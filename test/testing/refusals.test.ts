import { AuthenticatedClient } from 'authenticated-client'
import { api, authorizationServer, type RefusalName, refusal, refusalNames, testFetch } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'

/** What comes of a call whose access token the API no longer takes, refused in this way. */
const outcomes: Record<RefusalName, 'recovers' | number> = {
  'invalid-token': 'recovers',
  bare: 'recovers',
  'no-header': 'recovers',
  'empty-header': 'recovers',
  'lower-case': 'recovers',
  unquoted: 'recovers',
  'unknown-error': 'recovers',
  'invalid-request': 401,
  'insufficient-scope': 401,
  'step-up': 401,
  claims: 401,
  contradictory: 401,
  'foreign-scheme': 401,
  'several-schemes': 'recovers',
  'hidden-by-cors': 'recovers',
  html: 'recovers',
  'json-only': 'recovers',
  problem: 'recovers',
  'large-body': 'recovers',
  cached: 'recovers',
  forbidden: 403,
  'forbidden-invalid-token': 403,
  'not-found': 404,
  'login-page': 200,
  'login-redirect': 200,
  graphql: 200,
  'page-expired': 419,
  'login-timeout': 440,
  'token-expired': 498,
  proxy: 407,
  'server-error': 500,
}

describe('the test API', () => {
  it('has an outcome written down for each of its refusals', () => {
    expect(Object.keys(outcomes).sort()).toEqual([...refusalNames()].sort())
  })

  it.each(Object.entries(outcomes))('refused by %s, a call %s', async (name, outcome) => {
    const { client, login, shop } = await signedIn()
    shop.refusal = name as RefusalName
    login.spoilAccessTokens()

    const response = await client.fetch(`${shop.origin}/me`)

    if (outcome === 'recovers') expect([response.status, login.refreshes, shop.refusals]).toEqual([200, 1, 1])
    else expect(login.refreshes).toBe(0)
    if (typeof outcome === 'number') expect(response.status).toBe(outcome)
    expect(client.state.status).toBe('authenticated')
  })

  it('refuses a good token too, as often as the script says', async () => {
    const { client, login, shop } = await signedIn()
    shop.next(refusal('bare'))

    const response = await client.fetch(`${shop.origin}/me`)

    expect([response.status, login.refreshes]).toEqual([200, 1])
  })

  it('says whose token it serves, and asks for scope with a 403 (RFC 6750 §3.1)', async () => {
    const { client, shop } = await signedIn({ sub: 'ada', scope: 'read' })

    const [read, write] = await Promise.all([client.fetch(`${shop.origin}/me`), client.fetch(`${shop.origin}/me`, { method: 'POST' })])

    expect(await read.json()).toMatchObject({ sub: 'ada', method: 'GET' })
    expect(write.status).toBe(403)
    expect(write.headers.get('www-authenticate')).toBe('Bearer realm="api", error="insufficient_scope", scope="write"')
  })

  it.each([
    ['read write', 200],
    ['write read', 200],
    ['read admin', 403],
    ['', 200],
  ])('takes a token for "read write more" where "%s" is needed: %i', async (needed, status) => {
    const login = authorizationServer()
    const shop = api({ authorizationServer: login, scopeOf: () => needed })
    const { accessToken } = login.signIn({ scope: 'read write more' })

    const response = await testFetch(shop)(`${shop.origin}/me`, { headers: { authorization: `Bearer ${accessToken}` } })

    expect(response.status).toBe(status)
  })

  it('refuses a name that none of them has, at once', () => {
    const name = 'no-heder' as RefusalName
    const login = authorizationServer()

    expect(() => refusal(name)).toThrow(/no-heder/)
    expect(() => api({ authorizationServer: login, refusal: name })).toThrow(TypeError)
    expect(() => Object.assign(api({ authorizationServer: login }), { refusal: name })).toThrow(TypeError)
  })

  it('names no error to a call without a token', async () => {
    const { shop } = await signedIn()

    const response = await testFetch(shop)(`${shop.origin}/me`)

    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="api"')
  })
})

async function signedIn(user?: { readonly sub: string; readonly scope: string }) {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login, ...(user && { scopeOf: ({ method }) => (method === 'GET' ? 'read' : 'write') }) })
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [shop.origin],
    fetch: testFetch(login, shop),
  })
  await client.setTokens(login.signIn(user))
  return { client, login, shop }
}
