import { AuthenticatedClient } from 'authenticated-client'
import { api, authorizationServer, refusal, type TestAuthorizationServer, testFetch } from 'authenticated-client/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { withAuth0 } from '../../playground/recipes/migrate/from-auth0-spa-js'
import { withSupabase } from '../../playground/recipes/migrate/from-supabase-fetch'
import { onBehalfOf } from '../../playground/recipes/token-exchange'

afterEach(() => void vi.unstubAllGlobals())

describe('two users, one after the other: each calls with a token of their own', () => {
  it('supabase’s, and who is signed out with none', async () => {
    const { login, shop, sent } = network()
    const sessionOf = (sub: string) => ({ access_token: login.signIn({ sub }).accessToken })
    let session: ReturnType<typeof sessionOf> | null = sessionOf('ada')
    const ask = async () => ({ data: { session }, error: null })
    const client = withSupabase({ getSession: ask, refreshSession: ask }, shop.origin)
    await client.fetch('/me')

    session = null
    await client.fetch('/me')
    session = sessionOf('bob')
    const { status } = await client.fetch('/orders', { method: 'POST', body: "bob's" })

    expect(status).toBe(200)
    expect(sent()).toEqual(['Bearer access-1', null, 'Bearer access-2'])
  })

  it('auth0-spa-js’s', async () => {
    const { login, shop, sent } = network()
    const auth0 = auth0Of(login)
    const client = withAuth0(auth0, shop.origin, () => {})
    auth0.signIn('ada')
    await client.fetch('/me')

    auth0.signIn('bob')
    await client.fetch('/orders', { method: 'POST', body: "bob's" })

    expect(sent()).toEqual(['Bearer access-1', 'Bearer access-2'])
  })

  it('a call of auth0-spa-js’s first user is not sent again for the second one, who signed in meanwhile', async () => {
    const { login, shop, sent } = network()
    const auth0 = auth0Of(login)
    const client = withAuth0(auth0, shop.origin, () => {})
    auth0.signIn('ada')
    await client.fetch('/me')
    login.spoilAccessTokens()
    auth0.onAsked = () => auth0.signIn('bob')

    const ada = client.fetch('/orders', { method: 'POST', body: "ada's" })

    await expect(ada).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(sent()).toEqual(['Bearer access-1', 'Bearer access-1'])
  })

  it('whom a gateway acts for, and it acts for nobody who is signed out', async () => {
    const { service, sent, signIn, user } = gateway()
    await signIn('ada')
    await service('/invoices')

    await user.logout()
    await expect(service('/invoices')).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' })
    await signIn('bob')
    await service('/invoices')

    expect(sent()).toEqual(['Bearer for-access-1', 'Bearer for-access-2'])
  })

  it('whom a gateway acts for, whose calls are not sent again for the second one, who signed in meanwhile', async () => {
    const { service, sent, signIn, shop } = gateway()
    await signIn('ada')
    shop.next(async (request, usual) => {
      await signIn('bob')
      return refusal('invalid-token')(request, usual)
    })

    const ada = service('/invoices', { method: 'POST', body: "ada's" })

    await expect(ada).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', cause: { code: 'ERR_SESSION_CHANGED' } })
    expect(sent()).toEqual(['Bearer for-access-1'])
  })
})

/** An API and an authorization server behind the global fetch. */
function network() {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login })
  vi.stubGlobal('fetch', testFetch(login, shop))
  return { login, shop, sent: () => shop.requests.map(({ headers }) => headers.get('authorization')) }
}

/** A service that takes what the user's token was exchanged for. */
function gateway() {
  const { login, shop, sent } = network()
  const usual = globalThis.fetch
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const subject = init?.body === undefined ? null : new URLSearchParams(String(init.body)).get('subject_token')
    return subject ? Response.json({ access_token: `for-${subject}`, token_type: 'Bearer', expires_in: 3600 }) : usual(input, init)
  })
  shop.always(() => Response.json({}))
  const { tokenEndpoint } = login
  const user = new AuthenticatedClient({ tokenEndpoint, clientId: 'web', baseUrl: shop.origin })
  const service = onBehalfOf(user, { tokenEndpoint, secret: 's', baseUrl: shop.origin })
  return { shop, sent, user, service, signIn: (sub: string) => user.setTokens(login.signIn({ sub })) }
}

/** An `Auth0Client`'s cache, and who is signed in. */
function auth0Of(login: TestAuthorizationServer) {
  let user: { readonly sub: string; readonly sid: string; readonly accessToken: string } | undefined
  const auth0 = {
    onAsked: () => {},
    signIn: (sub: string | undefined) => {
      user = sub === undefined ? undefined : { sub, sid: crypto.randomUUID(), accessToken: login.signIn({ sub }).accessToken }
    },
    getIdTokenClaims: async () => user,
    async getTokenSilently() {
      auth0.onAsked()
      if (!user) throw Object.assign(new Error('Login required'), { error: 'login_required' })
      return { access_token: user.accessToken, expires_in: 3600 }
    },
  }
  return auth0
}
