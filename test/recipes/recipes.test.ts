import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import { api, authorizationServer, listen, testFetch } from 'authenticated-client/testing'
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { weatherClient } from '../../playground/recipes/api-key'
import { reportsClient } from '../../playground/recipes/basic'
import { bffClient, signedIn, signOut } from '../../playground/recipes/cookie-session'
import { cameraClient } from '../../playground/recipes/digest'
import { boundClient, redeem } from '../../playground/recipes/dpop'
import { graphqlClient } from '../../playground/recipes/graphql'
import { ledgerClient } from '../../playground/recipes/private-key-jwt'
import { createSdk } from '../../playground/recipes/sdk-author'
import { tenantClients } from '../../playground/recipes/tenants'
import { onBehalfOf } from '../../playground/recipes/token-exchange'
import { startProvider } from '../dpop/provider'

const origin = 'https://api.example.com'

afterEach(() => void vi.unstubAllGlobals())

describe('recipes', () => {
  it('are run with the same versions of libraries that the package is compared with', () => {
    const { devDependencies } = json('../peers/package.json')
    const installed = json('../../playground/recipes/works-with/package-lock.json').packages
    const shared = Object.keys(devDependencies).filter((name) => installed[`node_modules/${name}`])

    expect(shared).toEqual(expect.arrayContaining(['@supabase/auth-js', 'axios', 'ky', 'ofetch', 'wretch']))
    expect(shared.map((name) => [name, installed[`node_modules/${name}`].version])).toEqual(
      shared.map((name) => [name, devDependencies[name]]),
    )
  })

  it('basic: the password goes along', async () => {
    const seen = network(() => Response.json({}))

    await reportsClient(origin, 'ada', 'secret').fetch('/reports')

    expect(seen[0]?.headers.get('authorization')).toBe(`Basic ${btoa('ada:secret')}`)
  })

  it('digest: answers SHA-256, and not MD5', async () => {
    const seen = network(({ headers }) =>
      headers.has('authorization')
        ? Response.json({})
        : new Response(null, {
            status: 401,
            headers: {
              'www-authenticate': 'Digest realm="r", nonce="n", qop="auth", Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256',
            },
          }),
    )

    expect((await cameraClient(origin, 'ada', async () => 'secret').fetch('/image')).status).toBe(200)

    expect(seen[1]?.headers.get('authorization')).toContain('algorithm=SHA-256')
  })

  it('api-key: twenty calls that the old key is refused for share one new key', async () => {
    let current = 'key-1'
    let asked = 0
    network(({ headers }) => new Response(null, { status: headers.get('x-weather-key') === current ? 200 : 401 }))
    const client = weatherClient(origin, async () => `key-${++asked}`)
    await client.fetch('/today')
    current = 'key-2'

    const responses = await Promise.all(Array.from({ length: 20 }, () => client.fetch('/today')))

    expect([responses.every(({ ok }) => ok), asked]).toEqual([true, 2])
  })

  it('cookie-session: renews once, with the proof', async () => {
    let isFresh = false
    const seen = network(({ url }) => {
      if (url.endsWith('/session/renew')) isFresh = true
      return new Response(null, { status: url.endsWith('/session/renew') || isFresh ? 200 : 401 })
    })
    const client = bffClient(`${origin}/app/`, memoryStore(), () => 'proof')
    await signedIn(client, 'session-1')

    const responses = await Promise.all([client.fetch('/me'), client.fetch('/me')])

    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    const renewals = seen.filter(({ url }) => url.endsWith('/renew'))
    expect(renewals.map(({ url, headers, credentials }) => [url, headers.get('x-csrf-token'), credentials])).toEqual([
      [`${origin}/app/session/renew`, 'proof', 'include'],
    ])
  })

  it('cookie-session: signing out ends it at the server first, with the proof, and then here', async () => {
    const seen = network(() => new Response(null, { status: 204 }))
    const client = bffClient(origin, memoryStore(), () => 'proof')
    await signedIn(client, 'session-1')

    await signOut(client, `${origin}/`)

    expect(seen.map(({ method, url, credentials, headers }) => [method, url, credentials, headers.get('x-csrf-token')])).toEqual([
      ['DELETE', `${origin}/session`, 'include', 'proof'],
    ])
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it('cookie-session: a cookie that the server has not forgotten is not shown as signed out', async () => {
    network(() => new Response(null, { status: 503 }))
    const client = bffClient(origin, memoryStore(), () => 'proof')
    await signedIn(client, 'session-1')

    await expect(signOut(client, origin)).rejects.toThrow('503')

    expect(client.state).toMatchObject({ status: 'authenticated' })
  })

  it('cookie-session: signing out of what has ended at the server already signs out here', async () => {
    network(() => new Response(null, { status: 401 }))
    const client = bffClient(origin, memoryStore(), () => 'proof')
    await signedIn(client, 'session-1')

    await signOut(client, origin)

    expect(client.state).toMatchObject({ status: 'ended' })
  })

  it('graphql: UNAUTHENTICATED in a 200 is refreshed', async () => {
    const { login, shop, options } = await world()
    shop.refusal = 'graphql'
    const client = graphqlClient(options)
    await client.setTokens(login.signIn())
    login.spoilAccessTokens()

    expect(await (await client.fetch(`${origin}/graphql`, { method: 'POST', body: '{}' })).json()).toMatchObject({ sub: 'user' })
  })

  it('dpop: the code is redeemed with a proof of the key that the client then uses', async () => {
    const proofs: (string | null)[] = []
    network(({ headers }) => {
      proofs.push(headers.get('dpop'))
      return Response.json({})
    })
    const tokenEndpoint = 'https://login.example.com/token'
    const kept: CryptoKeyPair[] = []
    const keyStore = { load: () => kept[0], save: (keys: CryptoKeyPair) => void kept.push(keys) }
    const { client, scheme } = boundClient({ tokenEndpoint, clientId: 'web', baseUrl: origin, store: memoryStore(), keyStore })
    await redeem(scheme, tokenEndpoint, { grant_type: 'authorization_code', code: 'x' })
    await client.setTokens({ accessToken: 'bound', tokenType: 'DPoP' })
    await client.fetch('/me')

    const keys = proofs.map((proof) => JSON.parse(atob(proof?.split('.')[0]?.replace(/-/g, '+').replace(/_/g, '/') ?? '')).jwk)
    expect(keys[0]).toEqual(keys[1])
    expect(kept).toHaveLength(1)
  })

  it('dpop: a server that wants a nonce in the proof gets it, and the code is redeemed once (RFC 9449 §8)', async () => {
    const redeemed: string[] = []
    const seen = network(async (request) => {
      if (claimsOf(request.headers.get('dpop')).nonce !== 'nonce-1')
        return Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': 'nonce-1' } })
      redeemed.push(await request.text())
      return Response.json({ access_token: 'bound', token_type: 'DPoP' })
    })
    const tokenEndpoint = 'https://login.example.com/token'
    const { scheme } = boundClient({ tokenEndpoint, clientId: 'web', baseUrl: origin, store: memoryStore(), keyStore: keyStoreInMemory() })

    const response = await redeem(scheme, tokenEndpoint, { code: 'x' })

    expect(await response.json()).toMatchObject({ access_token: 'bound' })
    expect(redeemed).toEqual(['code=x'])
    const ids = seen.map(({ headers }) => claimsOf(headers.get('dpop')).jti)
    expect(new Set(ids).size).toBe(2)
  })

  it('dpop: what the server refuses for another reason is not sent again', async () => {
    const seen = network(() => Response.json({ error: 'invalid_grant' }, { status: 400, headers: { 'dpop-nonce': 'nonce-1' } }))
    const tokenEndpoint = 'https://login.example.com/token'
    const { scheme } = boundClient({ tokenEndpoint, clientId: 'web', baseUrl: origin, store: memoryStore(), keyStore: keyStoreInMemory() })

    const response = await redeem(scheme, tokenEndpoint, { code: 'x' })

    expect(await response.json()).toEqual({ error: 'invalid_grant' })
    expect(seen).toHaveLength(1)
  })

  it('private-key-jwt: finds the server, and proves itself', async () => {
    const { publicJwk, privateJwk } = await keysOf('k7')
    const { issuer } = await startProvider(publicJwk)

    const client = await ledgerClient(issuer, 'signing', async () => privateJwk, origin)

    expect(await client.getAccessToken()).toMatch(/^ey/)
  })

  it('private-key-jwt: a key that is rolled goes with its own kid', async () => {
    const [first, second] = [await keysOf('k1'), await keysOf('k2')]
    const kids: unknown[] = []
    network(async (request) => {
      if (!request.url.endsWith('/token'))
        return Response.json({ issuer: 'https://login.example', token_endpoint: 'https://login.example/token' })
      kids.push(decodeProtectedHeader(new URLSearchParams(await request.text()).get('client_assertion') ?? '').kid)
      return Response.json({ access_token: 't', token_type: 'Bearer', expires_in: 60 })
    })
    let current = first
    const client = await ledgerClient('https://login.example', 'signing', async () => current.privateJwk, origin)
    await client.getAccessToken()

    current = second
    await client.refresh()

    expect(kids).toEqual(['k1', 'k2'])
  })

  it("token-exchange: the service gets its own token, never the user's", async () => {
    const { login, options } = await world()
    const user = new AuthenticatedClient(options)
    await user.setTokens(login.signIn())
    const forms: URLSearchParams[] = []
    const seen = network(async (request) => {
      if (!request.url.includes('/token')) return Response.json({})
      forms.push(new URLSearchParams(await request.text()))
      return Response.json({ access_token: 'exchanged', token_type: 'Bearer', expires_in: 60 })
    })

    await onBehalfOf(user, { tokenEndpoint: login.tokenEndpoint, secret: 's', baseUrl: 'https://billing.example.com' })('/invoices')

    expect(forms[0]?.get('subject_token')).toBe('access-1')
    expect(seen.at(-1)?.headers.get('authorization')).toBe('Bearer exchanged')
  })

  it('tenants: one client each, a rolled secret counts at once, and closing lets go', async () => {
    const servers = await Promise.all(
      ['a', 'b'].map(() => listen(createServer, (at) => authorizationServer({ origin: at, clients: { svc: 'new' } }))),
    )
    onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))))
    let secret = 'old'
    const { clientOf, close } = tenantClients((id) => ({
      tokenEndpoint: servers[id === 'a' ? 0 : 1]?.tokenEndpoint ?? '',
      clientId: 'svc',
      secret: () => secret,
      baseUrl: origin,
    }))
    const refused = await clientOf('a', 'read')
      .getAccessToken()
      .catch((error: unknown) => error)
    secret = 'new'

    const tokens = await Promise.all([clientOf('b', 'read').getAccessToken(), clientOf('b', 'read').getAccessToken()])
    close()

    expect(refused).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_client' })
    expect(new Set(tokens).size).toBe(1)
    const one = clientOf('b', 'read')
    expect(one).toBe(clientOf('b', 'read'))
    expect(one).not.toBe(clientOf('b', 'write'))
    await expect(clientOf('a', 'read').fetch('/')).rejects.toThrow()
    close()
  })

  it('sdk-author: works with any fetch, and tells what the API said', async () => {
    const { login, options } = await world()
    const client = new AuthenticatedClient(options)
    await client.setTokens(login.signIn({ sub: 'ada' }))

    expect(await createSdk({ baseUrl: origin, fetch: client.fetch }).me()).toMatchObject({ sub: 'ada' })
    const bare = createSdk({ baseUrl: origin, fetch: options.fetch as typeof globalThis.fetch }).me()
    await expect(bare).rejects.toMatchObject({ cause: 'Bearer realm="api"' })
  })

  it.each(['/v1', '/v1/', ''])('sdk-author: a base URL with the path “%s” keeps it', async (path) => {
    const seen = network(() => Response.json({}))

    await createSdk({ baseUrl: origin + path }).me()

    expect(seen.map(({ url }) => url)).toEqual([`${origin}${path.replace(/\/$/, '')}/me`])
  })
})

function json(path: string) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
}

async function world() {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login })
  const fetch = testFetch(login, shop)
  return { login, shop, fetch, options: { tokenEndpoint: login.tokenEndpoint, clientId: 'web', allowedOrigins: [origin], fetch } }
}

function keyStoreInMemory() {
  let kept: CryptoKeyPair | undefined
  return {
    load: () => kept,
    save: (keys: CryptoKeyPair) => {
      kept = keys
    },
  }
}

/** Both keys of a client, as the server and as the client have them. */
async function keysOf(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  return {
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' },
    privateJwk: { ...(await exportJWK(privateKey)), kid },
  }
}

/** What a proof says. */
function claimsOf(proof: string | null) {
  return JSON.parse(Buffer.from(proof?.split('.')[1] ?? '', 'base64url').toString())
}

/** The platform's fetch, answered here. */
function network(answer: (request: Request) => Response | Promise<Response>): readonly Request[] {
  const seen: Request[] = []
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    seen.push(request.clone())
    return answer(request)
  })
  return seen
}
