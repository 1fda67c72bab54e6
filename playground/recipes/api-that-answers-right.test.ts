import { AuthenticatedClient } from 'authenticated-client'
import { type DiagnosedCause, diagnose } from 'authenticated-client/diagnose'
import { api, authorizationServer, type RefusalName, testFetch } from 'authenticated-client/testing'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { ordersApi } from './api-that-answers-right'

const issuer = 'https://login.example.com'
const audience = 'https://orders.example.com'

describe('the API that answers right', () => {
  it('serves a good token', async () => {
    const { ask, token } = await open()

    expect((await ask('/orders', await token())).status).toBe(200)
  })

  it('names no error where no token came', async () => {
    const { ask } = await open()

    const response = await ask('/orders')

    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="orders"')
    expect(causeOf(response)).toBe('credentials-missing')
  })

  it.each<[string, JWTPayload, DiagnosedCause]>([
    ['has expired', { exp: seconds() - 600 }, 'token-expired'],
    ['is not valid yet', { nbf: seconds() + 600 }, 'token-not-yet-valid'],
    ['is for another API', { aud: 'https://billing.example.com' }, 'wrong-audience'],
    ['comes from elsewhere', { iss: 'https://staging.example.com' }, 'wrong-issuer'],
  ])('says 401 and why of a token that %s', async (_, claims, cause) => {
    const { ask, token } = await open()
    const sent = await token(claims)

    const response = await ask('/orders', sent)

    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/error="invalid_token", error_description="/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(causeOf(response, sent)).toBe(cause)
  })

  it('says 403 of a good token that does not suffice, and which scope would', async () => {
    const { ask, token } = await open()
    const sent = await token()

    const response = await ask('/orders', sent, 'POST')

    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('scope="orders:write"')
    expect(causeOf(response, sent)).toBe('insufficient-scope')
  })

  it('says 400 of a header that nobody can read', async () => {
    const { ask } = await open()

    const response = await ask('/orders', 'two words')

    expect([response.status, response.headers.get('www-authenticate')]).toEqual([400, expect.stringContaining('invalid_request')])
  })

  it('forgives a few seconds', async () => {
    const { ask, token } = await open()

    expect((await ask('/orders', await token({ exp: seconds() - 3 }))).status).toBe(200)
    expect((await ask('/orders', await token({ exp: seconds() - 60 }))).status).toBe(401)
  })

  it('fetches keys again when a token names an unknown one, and not for each', async () => {
    const { ask, token, rotate, fetches } = await open()
    await ask('/orders', await token())

    await rotate()
    const response = await ask('/orders', await token())

    expect(response.status).toBe(200)
    expect(fetches()).toBe(2)
  })

  it('says 503, and never 401, while it cannot get the keys', async () => {
    const { ask, token, goAway } = await open()
    goAway()

    const response = await ask('/orders', await token())

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  })

  it('answers a preflight without asking for credentials, and lets scripts read the challenge', async () => {
    const { app } = await open()

    const headers = {
      origin: 'https://app.example.com',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    }
    const preflight = await app.request('/orders', { method: 'OPTIONS', headers })
    const refused = await app.request('/orders', { headers: { origin: 'https://app.example.com' } })

    expect(preflight.status).toBe(204)
    expect(refused.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('www-authenticate')
  })
})

describe('an API that answers wrong', () => {
  // What a client makes of a token that was revoked: with the right answer, a refresh that nobody notices.
  it.each<[RefusalName, DiagnosedCause, 'recovered' | 'stuck']>([
    ['invalid-token', 'token-expired', 'recovered'],
    // The client has to guess: it would refresh as well where that cannot help.
    ['no-header', 'challenge-missing', 'recovered'],
    ['unquoted', 'challenge-malformed', 'recovered'],
    ['json-only', 'token-expired', 'recovered'],
    ['hidden-by-cors', 'hidden-by-cors', 'recovered'],
    ['cached', 'cached-refusal', 'recovered'],
    // The client believes it, and a token that could be renewed is not.
    ['invalid-request', 'invalid-request', 'stuck'],
    ['insufficient-scope', 'insufficient-scope', 'stuck'],
    ['contradictory', 'contradictory-challenge', 'stuck'],
    ['foreign-scheme', 'wrong-scheme', 'stuck'],
    ['forbidden-invalid-token', 'forbidden-instead-of-unauthorized', 'stuck'],
    ['forbidden', 'insufficient-scope', 'stuck'],
    ['not-found', 'unknown', 'stuck'],
    ['login-page', 'login-page', 'stuck'],
    ['token-expired', 'token-expired', 'stuck'],
    ['server-error', 'token-expired', 'stuck'],
  ])('by %s: diagnosed as %s, and the call is %s', async (refusal, cause, ending) => {
    const login = authorizationServer({ origin: issuer })
    const orders = api({ origin: audience, authorizationServer: login, refusal })
    const causes: DiagnosedCause[] = []
    const network = testFetch(login, orders)
    const client = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [audience],
      fetch: async (input, init) => {
        const response = await network(input, init)
        const request = { url: String(input), headers: new Headers(init?.headers) }
        // Across origins, a script cannot tell a challenge that is hidden from one that is missing: all that it sees is this.
        if (refusal === 'hidden-by-cors') Object.defineProperty(response, 'type', { value: 'cors' })
        if (request.url.startsWith(audience)) causes.push(diagnose({ request, response, body: await response.clone().text() }).cause)
        return response
      },
    })
    await client.setTokens(login.signIn())
    login.spoilAccessTokens()

    const response = await client.fetch(`${audience}/orders`)

    expect(causes[0]).toBe(cause)
    expect((await response.text()).includes('"sub"') ? 'recovered' : 'stuck').toBe(ending)
    expect(login.refreshes).toBe(ending === 'recovered' ? 1 : 0)
  })
})

/** The API beside an authorization server's keys, which can be changed, or be out of reach. */
async function open() {
  let fetches = 0
  let isAway = false
  let key = await newKey('first')

  const app = ordersApi({
    issuer,
    audience,
    jwksUri: `${issuer}/jwks`,
    webOrigin: 'https://app.example.com',
    refetchAfter: 0,
    fetch: async () => {
      fetches += 1
      return isAway ? new Response('Service Unavailable', { status: 503 }) : Response.json({ keys: [key.published] })
    },
  })

  return {
    app,
    ask: (path: string, token?: string, method = 'GET') =>
      app.request(path, { method, headers: token ? { authorization: `Bearer ${token}` } : {} }),
    token: (claims: JWTPayload = {}) =>
      new SignJWT({ iss: issuer, aud: audience, sub: 'ada', scope: 'orders:read', exp: seconds() + 60, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: key.published.kid ?? '' })
        .sign(key.privateKey),
    rotate: async () => {
      key = await newKey('second')
    },
    goAway: () => {
      isAway = true
    },
    fetches: () => fetches,
  }
}

async function newKey(kid: string): Promise<{ readonly privateKey: CryptoKey; readonly published: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { privateKey, published: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } }
}

function causeOf(response: Response, token?: string): DiagnosedCause {
  const request = new Request(`${audience}/orders`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  return diagnose({ request, response, now: Date.now(), expected: { audience, issuer } }).cause
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000)
}
