import { type AuthenticatedClient, memoryStore, type TokenSet, type TokenStore } from 'authenticated-client'
import { api, authorizationServer, type TestAuthorizationServer, testFetch } from 'authenticated-client/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { insteadOfTheInterceptor } from '../../playground/recipes/migrate/from-an-interceptor'
import { withAuth0 } from '../../playground/recipes/migrate/from-auth0-spa-js'
import { insteadOfAuthRefresh } from '../../playground/recipes/migrate/from-axios-auth-refresh'
import { insteadOfOAuth2Fetch, type StoredToken } from '../../playground/recipes/migrate/from-badgateway-oauth2-client'
import { withSupabase } from '../../playground/recipes/migrate/from-supabase-fetch'
import { onSessionChange } from '../../playground/recipes/works-with/on-session-change'
import { jwt } from '../client/world'
import { quiet } from '../support/clock'

afterEach(() => void vi.unstubAllGlobals())

describe('a migration: twenty calls on a token that is refused make one refresh, and all succeed', () => {
  it('from an interceptor, with the tokens that it kept', async () => {
    const { login, shop, twenty } = network()
    const kept = login.signIn()
    login.spoilAccessTokens()

    const client = await interceptorless({ login, shop }, kept)

    expect(await twenty(client.fetch)).toEqual([200])
    expect(login.refreshes).toBe(1)
    const ids = shop.requests.map(({ headers }) => headers.get('x-request-id'))
    expect(new Set(ids).size).toBe(40)
  })

  it('from axios-auth-refresh, whose logic becomes a grant', async () => {
    const { login, shop, twenty } = network(async (request, current) => {
      if (new URL(request.url).pathname !== '/refresh') return undefined
      const { refresh_token = '' } = (await request.json()) as Record<string, string>
      return refreshAt(current, refresh_token)
    })
    const client = insteadOfAuthRefresh(shop.origin, `${shop.origin}/refresh`, memoryStore(login.signIn()))
    login.spoilAccessTokens()
    const before = Date.now()

    expect(await twenty(client.fetch)).toEqual([200])
    await client.refresh() // With the refresh token that the first refresh gave.
    expect(login.refreshes).toBe(2)
    const { expiresAt } = client.state as { expiresAt: number }
    expect(expiresAt - before).toBeGreaterThanOrEqual(3_600_000)
    expect(expiresAt - before).toBeLessThan(3_700_000)
  })

  it('from @badgateway/oauth2-client, with its stored token', async () => {
    const { login, shop, twenty } = network()
    let stored: StoredToken | null = { ...pair(login), expiresAt: null }
    login.spoilAccessTokens()
    const client = insteadOfOAuth2Fetch({
      server: shop.origin,
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      clientSecret: 'secret-of-the-client',
      getStoredToken: () => stored,
      storeToken: (token) => {
        stored = token
      },
      onSignedOut: () => {},
    })

    expect(await twenty(client.fetch)).toEqual([200])
    expect(login.refreshes).toBe(1)
    expect(stored.accessToken).toBe((await client.getAccessToken()) as string)
  })

  it('from auth0-spa-js, which is asked past its cache once', async () => {
    const { login, shop, twenty } = network()
    const asked: string[] = []
    let tokens = pair(login)
    const auth0 = {
      getIdTokenClaims: async () => ({ sub: 'ada' }),
      async getTokenSilently({ cacheMode }: { cacheMode: string }) {
        asked.push(cacheMode)
        if (cacheMode === 'off') tokens = pair(login)
        return { access_token: tokens.accessToken, expires_in: 3600 }
      },
    }
    const client = withAuth0(auth0, shop.origin, () => {})
    await client.fetch('/me')
    login.spoilAccessTokens()

    expect(await twenty(client.fetch)).toEqual([200])
    expect(asked).toEqual(['on', 'off'])
  })

  it('from supabase’s session, which supabase.auth refreshes once', async () => {
    const { login, shop, twenty } = network()
    let session = { access_token: login.signIn().accessToken }
    let refreshes = 0
    const client = withSupabase(
      {
        getSession: async () => ({ data: { session }, error: null }),
        async refreshSession() {
          refreshes += 1
          session = { access_token: login.signIn().accessToken }
          return { data: { session }, error: null }
        },
      },
      shop.origin,
    )
    await client.fetch('/me')
    login.spoilAccessTokens()

    expect(await twenty(client.fetch)).toEqual([200])
    expect(refreshes).toBe(1)
  })
})

describe('a refresh is not taken for another user, whose caches would be empty; a new sign-in is', () => {
  it('supabase’s', async () => {
    const signInAs = (session_id: string) => () => ({ access_token: jwt({ session_id, jti: crypto.randomUUID() }) })
    let issue = signInAs('first')
    let session = issue()
    const client = withSupabase(
      {
        getSession: async () => ({ data: { session }, error: null }),
        async refreshSession() {
          session = issue()
          return { data: { session }, error: null }
        },
      },
      'https://api.example.com',
    )
    const changes = await heardOf(client)

    await client.refresh()
    await client.getAccessToken()
    expect(changes()).toBe(0)
    issue = signInAs('second')
    session = issue()
    await client.getAccessToken()
    expect(changes()).toBe(1)
  })

  it.each([{ sid: 'first' }, {}])('auth0-spa-js’s, also where the refresh gives %o', async (later) => {
    let claims: { sub: string; sid?: string } = { sub: 'ada', sid: 'first' }
    const auth0 = {
      getIdTokenClaims: async () => claims,
      getTokenSilently: async () => ({ access_token: crypto.randomUUID(), expires_in: 3600 }),
    }
    const client = withAuth0(auth0, 'https://api.example.com', () => {})
    const changes = await heardOf(client)

    claims = { sub: 'ada', ...later }
    await client.refresh()
    await client.getAccessToken()
    expect(changes()).toBe(0)
    claims = { sub: 'bob', sid: 'second' }
    await client.getAccessToken()
    expect(changes()).toBe(1)
  })
})

it.each([
  ['a JWT’s exp', jwt({ iat: 1, exp: 4_000_000_000 }), 4_000_000_000_000],
  ['not known', 'opaque', undefined],
])('how long a token of auth0-spa-js’s cache is good is %s', async (_, access_token, expiresAt) => {
  const auth0 = { getIdTokenClaims: async () => ({ sub: 'ada' }), getTokenSilently: async () => ({ access_token, expires_in: 3600 }) }
  const client = withAuth0(auth0, 'https://api.example.com', () => {})

  await client.getAccessToken()

  expect((client.state as { expiresAt?: number }).expiresAt).toBe(expiresAt)
})

it('the interceptor’s tokens of unknown age are refreshed before the first call, and none is refused', async () => {
  const { login, shop } = network()
  const { accessToken, refreshToken } = login.signIn()
  login.spoilAccessTokens()

  const client = await interceptorless({ login, shop }, { accessToken, refreshToken, expiresAt: 0 })
  const { status } = await client.fetch('/me')

  expect([status, shop.refusals, login.refreshes]).toEqual([200, 0, 1])
})

it('the interceptor’s tokens are held where the storage does not take them at once, and the next call saves them', async () => {
  const { login, shop } = network()
  const kept = memoryStore()
  let isFull = true
  const write: TokenStore['write'] = (next, expected) => {
    if (isFull) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    return kept.write(next, expected)
  }
  const tokens = login.signIn()

  const client = await interceptorless({ login, shop }, tokens, { ...kept, write })
  isFull = false
  const response = await client.fetch('/me')
  await quiet()

  expect([response.status, await kept.read()]).toMatchObject([200, tokens])
})

it('the interceptor’s tokens under a wrong name are a mistake that is told', async () => {
  const { login, shop } = network()
  const tokens = { access_token: 'a' } as unknown as TokenSet

  await expect(interceptorless({ login, shop }, tokens)).rejects.toThrow(TypeError)
})

it('the interceptor’s header goes to the API alone: with it a token request would need a preflight', async () => {
  const { login, shop } = network()
  const client = await interceptorless({ login, shop }, login.signIn())

  await client.refresh()

  expect(login.requests.map(({ headers }) => headers.get('x-request-id'))).toEqual([null])
})

it('the interceptor’s header does not take the place of those that a Request has', async () => {
  const { login, shop } = network()
  const client = await interceptorless({ login, shop }, null)

  await client.fetch(new Request(`${shop.origin}/me`, { headers: { accept: 'text/csv' } }))

  expect(shop.requests[0]?.headers.get('accept')).toBe('text/csv')
})

it.each([429, 503])('supabase’s answer %s does not sign anybody out', async (status) => {
  const { login, shop } = network()
  const session = { access_token: login.signIn().accessToken }
  const auth = {
    getSession: async () => ({ data: { session }, error: null }),
    refreshSession: async () => ({ data: { session: null }, error: { status, code: undefined } }),
  }
  const client = withSupabase(auth, shop.origin)
  await client.fetch('/me')
  login.spoilAccessTokens()

  await expect(client.fetch('/me')).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  expect(client.state.status).toBe('authenticated')
})

it('supabase’s session that has expired during an outage is not over', async () => {
  const { login, shop } = network()
  const answers = [
    { data: { session: { access_token: login.signIn().accessToken } }, error: null },
    { data: { session: null }, error: { code: undefined } },
  ]
  const ask = async () => answers[0] as (typeof answers)[number]
  const client = withSupabase({ getSession: ask, refreshSession: ask }, shop.origin)
  await client.fetch('/me')
  answers.shift()

  await expect(client.fetch('/me')).rejects.toMatchObject({ code: 'ERR_STORAGE' })
  expect(client.state.status).toBe('authenticated')
})

it.each(['login_required', 'consent_required', 'interaction_required', 'account_selection_required', 'mfa_required', 'invalid_grant'])(
  'auth0-spa-js’s %s asks the person to act',
  async (error) => {
    const { shop } = network()
    const logins: string[] = []
    const auth0 = {
      getIdTokenClaims: async () => undefined,
      getTokenSilently: () => Promise.reject(Object.assign(new Error(error), { error })),
    }

    await expect(withAuth0(auth0, shop.origin, () => logins.push(error)).fetch('/me')).rejects.toThrow()

    expect(logins).toEqual([error])
  },
)

/** An API and an authorization server behind the global fetch; `special` answers first. */
function network(special?: (request: Request, login: TestAuthorizationServer) => Promise<Response | undefined>) {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login })
  const usual = testFetch(login, shop)
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    return (await special?.(new Request(input, init), login)) ?? usual(input, init)
  })
  const twenty = async (fetch: typeof globalThis.fetch): Promise<readonly number[]> => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(`${shop.origin}/me`)))
    return [...new Set(responses.map(({ status }) => status))]
  }
  return { login, shop, twenty }
}

function interceptorless(
  { login, shop }: Pick<ReturnType<typeof network>, 'login' | 'shop'>,
  kept: TokenSet | null,
  store = memoryStore(),
) {
  return insteadOfTheInterceptor({
    baseUrl: shop.origin,
    tokenEndpoint: login.tokenEndpoint,
    onLogout: () => {},
    takeOldTokens: () => kept,
    store,
  })
}

function pair(login: TestAuthorizationServer) {
  const { accessToken, refreshToken = '' } = login.signIn()
  return { accessToken, refreshToken }
}

/** How often a session has ended since its first token. */
async function heardOf(client: AuthenticatedClient): Promise<() => number> {
  await client.getAccessToken()
  let changes = 0
  onSessionChange(client, () => changes++)
  return () => changes
}

/** What an app's own refresh route does: it knows the authorization server. */
async function refreshAt(login: TestAuthorizationServer, refreshToken: string): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'web' })
  return testFetch(login)(login.tokenEndpoint, { method: 'POST', body })
}
