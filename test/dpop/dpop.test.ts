import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuthenticatedClient, clientCredentialsGrant, clientSecretBasic, memoryStore } from 'authenticated-client'
import { dpop } from 'authenticated-client/dpop'
import { calculateJwkThumbprint, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { clientOf, ok, origin, refuse } from '../schemes/client'
import { audience, startProvider } from './provider'

const token = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'

describe('dpop', () => {
  it('proves every request anew: method, URL without query, token, and an id of its own (RFC 9449 §4.2)', async () => {
    const { client, requests } = clientOf({ scheme: dpop(), store: bound() })

    await client.fetch('/me?secret=1#x', { method: 'POST', body: 'x' })
    await client.fetch('/me')

    const proofs = requests.map(({ headers }) => headers.get('dpop') ?? '')
    const [first, second] = proofs.map((proof) => decodeJwt(proof))
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual([`DPoP ${token}`, `DPoP ${token}`])
    // The vector of RFC 9449 §4.3.
    expect(first).toMatchObject({ htm: 'POST', htu: `${origin}/me`, ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' })
    expect(first?.jti).not.toBe(second?.jti)
    const { typ, alg, jwk } = decodeProtectedHeader(proofs[0] ?? '')
    expect([typ, alg, Object.keys(jwk ?? {}).sort()]).toEqual(['dpop+jwt', 'ES256', ['crv', 'kty', 'x', 'y']])
    await expect(jwtVerify(proofs[0] ?? '', EmbeddedJWK)).resolves.toBeDefined()
  })

  it.each([
    ['/a b?c', '/a%20b'],
    [`${origin}/v1/../é`, '/%C3%A9'],
    [origin, '/'],
  ])('proves the URL that is sent: for %s that is %s (§4.2)', async (input, path) => {
    const { client, requests } = clientOf({ scheme: dpop(), store: bound() })

    await client.fetch(input)

    expect(decodeJwt(requests[0]?.headers.get('dpop') ?? '').htu).toBe(origin + path)
  })

  it.each([
    ['https://login.example.com:443/token', 'https://login.example.com/token'],
    ['http://localhost:80/token', 'http://localhost/token'],
    ['https://login.example.com:8443/token', 'https://login.example.com:8443/token'],
  ])('proves a token request to %s for %s: the default port is no part of what is sent (§4.2)', async (tokenEndpoint, htu) => {
    expect(decodeJwt(await dpop().proof('POST', tokenEndpoint)).htu).toBe(htu)
  })

  it('answers use_dpop_nonce once, with the same token, and keeps the nonce of every response (§9, §8.2)', async () => {
    const { client, requests } = clientOf(
      { scheme: dpop(), store: bound() },
      refuse('DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'n1' }),
      () => Response.json({}, { headers: { 'dpop-nonce': 'n2' } }),
      ok,
    )

    expect((await client.fetch('/me')).status).toBe(200)
    await client.fetch('/me')

    const nonces = requests.map(({ headers }) => decodeJwt(headers.get('dpop') ?? '').nonce)
    expect(nonces).toEqual([undefined, 'n1', 'n2'])
  })

  it('keeps the nonce of a token endpoint and of a 200 also where the response does not say its url (a wrapped fetch)', async () => {
    const sent: unknown[] = []
    const fetch = async (input: unknown, init?: RequestInit) => {
      const { nonce, htu } = decodeJwt(new Headers(init?.headers).get('dpop') ?? '')
      sent.push([htu, nonce])
      if (String(input) === `${origin}/me`) return new Response('', { headers: { 'dpop-nonce': 'a1' } })
      if (nonce) return Response.json({ access_token: 'access-2', token_type: 'DPoP' })
      return Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': 'l1' } })
    }
    const tokenEndpoint = 'https://login.example.com/token'
    const store = memoryStore({ accessToken: 'access-1', refreshToken: 'refresh-1', tokenType: 'DPoP' })
    const client = new AuthenticatedClient({ baseUrl: origin, tokenEndpoint, clientId: 'web', scheme: dpop(), store, fetch })

    await client.fetch('/me')
    await client.refresh()
    await client.fetch('/me')

    expect(sent).toEqual([
      [`${origin}/me`, undefined],
      [tokenEndpoint, undefined],
      [tokenEndpoint, 'l1'],
      [`${origin}/me`, 'a1'],
    ])
  })

  it.each(['', '/me'])('answers use_dpop_nonce also where the response does not say its whole url (a mock): %j', async (url) => {
    const nonces: unknown[] = []
    const fetch = async (_: unknown, init?: RequestInit) => {
      const { nonce } = decodeJwt(new Headers(init?.headers).get('dpop') ?? '')
      nonces.push(nonce)
      const response = nonce ? new Response() : await refuse('DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'n1' })(new Request(origin))
      return Object.defineProperty(response, 'url', { value: url })
    }
    const client = new AuthenticatedClient({ baseUrl: origin, scheme: dpop(), store: bound(), fetch })

    expect((await client.fetch('/me')).status).toBe(200)

    expect(nonces).toEqual([undefined, 'n1'])
  })

  it.each([
    ['a nonce that is hidden', refuse('DPoP error="use_dpop_nonce"'), 1],
    ['a nonce for ever', refuse('DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'n' }), 2],
    ['invalid_dpop_proof for ever', refuse('DPoP error="invalid_dpop_proof"'), 2],
  ])('hands back %s', async (_, answer, sends) => {
    const { client, requests } = clientOf({ scheme: dpop(), store: bound() }, answer)

    expect((await client.fetch('/me')).status).toBe(401)

    expect(requests).toHaveLength(sends)
  })

  it('keeps one nonce for each origin: that of one is not told to another (A46)', async () => {
    const scheme = dpop()
    const other = 'https://other.example.com'
    const { client, requests } = clientOf({ scheme, store: bound(), allowedOrigins: [other] }, () =>
      Response.json({}, { headers: { 'dpop-nonce': 'of-the-first' } }),
    )
    await client.fetch('/me')
    await client.fetch(`${other}/me`)

    expect(decodeJwt(requests[1]?.headers.get('dpop') ?? '').nonce).toBeUndefined()
  })

  describe('where the authorization server is on the origin of the API', () => {
    it('keeps the nonces of each apart, from the redeemed code to the revocation: neither is refused for the other’s (§8.2)', async () => {
      const { client, redeem, asked } = await onOneOrigin({ server: () => 's', api: () => 'a' })
      await redeem()
      await client.fetch('/me')

      await client.refresh()
      await Promise.all([client.fetch('/me'), client.refresh(), client.fetch('/me')])
      await client.logout()
      await vi.waitFor(() => expect(asked.at(-1)?.path).toBe('/revoke'))

      // One each that nobody could have known.
      expect(asked.filter(({ isRefused }) => isRefused).map(({ path, nonce }) => [path, nonce])).toEqual([
        ['/token', undefined],
        ['/me', 's'],
      ])
    })

    it('is refused once at most where they share nonces that change with each response', async () => {
      let count = 0
      let current = 'n0'
      const next = (): string => current
      const { client, redeem, asked } = await onOneOrigin({ server: next, api: next, turns: () => (current = `n${++count}`) })
      await redeem()
      for (let round = 0; round < 3; round++) {
        await client.fetch('/me')
        await client.refresh()
      }

      expect(asked.filter(({ isRefused }) => isRefused)).toHaveLength(1)
    })

    it('knows its endpoint also where that is written with the scheme’s own port', async () => {
      const { client, redeem, asked } = await onOneOrigin({ server: () => 's', api: () => 'a', port: ':443' })
      await redeem()
      for (let round = 0; round < 3; round++) {
        await client.fetch('/me')
        await client.refresh()
      }

      expect(asked.filter(({ isRefused }) => isRefused)).toHaveLength(2)
    })

    it('is asked for no nonce again where they share theirs, which the next calls bring as it changes', async () => {
      let nonce = 'n1'
      const { client, redeem, asked } = await onOneOrigin({ server: () => nonce, api: () => nonce, isKept: true })
      await redeem()
      await client.fetch('/me')
      nonce = 'n2'
      await client.fetch('/me')

      await client.refresh()
      await client.fetch('/me')

      expect(asked.map((request) => `${request.path} ${request.nonce}${request.isRefused ? ' is refused' : ''}`)).toEqual([
        '/token undefined is refused',
        '/token n1',
        '/me n1',
        '/me n1',
        '/token n2',
        '/me n2',
      ])
    })
  })

  it('keeps the nonces of the last hundred origins, so that many fill no memory', async () => {
    const origins = Array.from({ length: 101 }, (_, n) => `https://api-${n}.example.com`)
    const { client, requests } = clientOf({ scheme: dpop(), store: bound(), allowedOrigins: origins }, () =>
      Response.json({}, { headers: { 'dpop-nonce': 'n1' } }),
    )
    for (const each of origins) await client.fetch(`${each}/me`)

    await client.fetch(`${origins[1]}/me`)
    await client.fetch(`${origins[0]}/me`)

    const nonces = requests.slice(-2).map(({ headers }) => decodeJwt(headers.get('dpop') ?? '').nonce)
    expect(nonces).toEqual(['n1', undefined])
  })

  it('never sends a bound token as Bearer, whatever a challenge asks for (A47)', async () => {
    const { client, requests } = clientOf({ scheme: dpop(), store: bound() }, refuse('Bearer error="invalid_token"'))

    expect((await client.fetch('/me')).status).toBe(401)

    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual([`DPoP ${token}`])
  })

  it('follows no redirect: the proof is for one URL (A14, A17)', async () => {
    const body = new ReadableStream({ cancel: () => void cancelled.push(1) })
    const cancelled: number[] = []
    const redirect = () => new Response(body, { status: 307, headers: { location: '/elsewhere' } })
    const { client, requests } = clientOf({ scheme: dpop(), store: bound() }, redirect)

    await expect(client.fetch('/me')).rejects.toThrow(TypeError)
    expect([requests.length, requests[0]?.redirect, cancelled]).toEqual([1, 'manual', [1]])
  })

  it('leaves a redirect to the platform where the caller says what is to be done with it', async () => {
    const { client, requests } = clientOf({ scheme: dpop(), store: bound() })

    for (const redirect of ['error', 'manual'] as const) await client.fetch('/me', { redirect })

    expect(requests.map(({ redirect }) => redirect)).toEqual(['error', 'manual'])
  })

  it('keeps its key before it proves anything with it, one key for all who ask at once', async () => {
    const saved: CryptoKeyPair[] = []
    const keyStore = { load: () => saved[0], save: (keys: CryptoKeyPair) => void saved.push(keys) }
    const { client } = clientOf({ scheme: dpop({ keyStore }), store: bound() })
    await Promise.all([client.fetch('/a'), client.fetch('/b')])

    expect([new Set(saved).size, saved[0]?.privateKey.extractable]).toEqual([1, false])
    expect(await dpop({ keyStore }).thumbprint()).toBe(await dpop({ keyStore }).thumbprint())
  })

  it('proves a refresh with the key that it knows, where the key store hangs', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    let loads = 0
    const keyStore = { load: () => (++loads > 2 ? new Promise<never>(() => {}) : undefined), save: () => {} }
    const scheme = dpop({ keyStore })
    const before = await scheme.thumbprint()

    const after = scheme.thumbprint()
    await vi.advanceTimersByTimeAsync(1_000)

    expect(await after).toBe(before)
  })

  it('asks its key store again for each call, where one answer never comes', async () => {
    let saved: CryptoKeyPair | undefined
    let saves = 0
    const keyStore = {
      load: () => saved,
      save: async (keys: CryptoKeyPair) => {
        if (++saves === 1) await new Promise(() => {})
        saved = keys
      },
    }
    const scheme = dpop({ keyStore })
    const never = scheme.thumbprint()
    await vi.waitFor(() => expect(saves).toBe(1))

    expect(await scheme.thumbprint()).toMatch(/^[\w-]{43}$/)
    expect(await Promise.race([never, 'not yet'])).toBe('not yet')
  })

  it('uses the key that is kept, where two tabs make one at once: a reload goes on with it', async () => {
    let kept: CryptoKeyPair | undefined
    const keyStore = {
      load: async () => kept,
      save: async (keys: CryptoKeyPair) => {
        kept ??= keys
      },
    }

    const thumbprints = await Promise.all([dpop({ keyStore }).thumbprint(), dpop({ keyStore }).thumbprint()])

    expect(new Set([...thumbprints, await dpop({ keyStore }).thumbprint()]).size).toBe(1)
  })

  it('proves a refresh with the key that is kept now: once storage was cleared, another tab may have signed in with a new one (§5)', async () => {
    const { keyStore, refreshed } = await cleared()
    const ofOtherTab = await dpop({ keyStore }).thumbprint()

    expect(await refreshed()).toBe(ofOtherTab)
  })

  it('keeps its key again before a refresh where storage was cleared: what is bound to it would be lost with the page (§5)', async () => {
    const { keyStore, refreshed } = await cleared()

    const used = await refreshed()

    expect(await dpop({ keyStore }).thumbprint()).toBe(used)
  })

  it('tries again for a key that could not be kept', async () => {
    let failures = 1
    const keyStore = {
      load: () => null,
      save: () => {
        if (failures--) throw new Error('full')
      },
    }
    const scheme = dpop({ keyStore })

    await expect(scheme.thumbprint()).rejects.toThrow('full')
    await expect(scheme.thumbprint()).resolves.toMatch(/^[\w-]{43}$/)
  })

  it('asks a key store again that did not answer the previous call', async () => {
    const load = vi
      .fn()
      .mockReturnValueOnce(new Promise(() => {}))
      .mockReturnValue(null)
    const scheme = dpop({ keyStore: { load, save: () => {} } })
    scheme.thumbprint()

    const thumbprint = await scheme.thumbprint()

    load.mockRejectedValue(new Error('is away'))
    expect(await scheme.thumbprint()).toBe(thumbprint)
  })

  it('proves a method of its own spelling as it is sent (§4.2)', async () => {
    const { client, requests } = clientOf({ scheme: dpop(), store: bound() }, ok)

    await client.fetch('/me', { method: 'patch' })

    expect(decodeJwt(requests[0]?.headers.get('dpop') ?? '').htm).toBe('patch')
  })

  it('proves for a request of the app the method as fetch sends it, in capitals (§4.2)', async () => {
    expect(decodeJwt(await dpop().proof('post', `${origin}/token`)).htm).toBe('POST')
  })

  it('proves for the app with the nonce of a response that it was shown (§8)', async () => {
    const scheme = dpop()
    const response = Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': 'n1' } })

    scheme.observe?.(Object.defineProperty(response, 'url', { value: `${origin}/token` }))

    expect(decodeJwt(await scheme.proof('POST', `${origin}/token`)).nonce).toBe('n1')
  })

  it.each([undefined, {}])('says what is missing where crypto is %j, as in React Native or on a page without https', async (crypto) => {
    vi.stubGlobal('crypto', crypto)
    onTestFinished(() => void vi.unstubAllGlobals())

    const failure = await dpop()
      .thumbprint()
      .catch((error: unknown) => error)

    expect(failure).toBeInstanceOf(TypeError)
    expect(String(failure)).toContain('no crypto.subtle')
  })

  it('refuses an algorithm that it has no key for, such as a symmetric one', () => {
    expect(() => dpop({ algorithm: 'HS256' as never })).toThrow(TypeError)
  })

  it('refuses half a key store', () => {
    expect(() => dpop({ keyStore: { load: () => null } as never })).toThrow(/keyStore/)
  })
})

it('a service gets bound tokens from oidc-provider, and uses them at an API, both of which want nonces', async () => {
  const { tokenEndpoint, jwksUri, statuses } = await startProvider()
  const { api, seen } = await startApi(jwksUri)
  const scheme = dpop()
  const client = new AuthenticatedClient({
    baseUrl: api,
    scheme,
    grant: clientCredentialsGrant({ tokenEndpoint, clientId: 'service', clientAuthentication: clientSecretBasic('secret'), scope: 'read' }),
  })

  const responses = await Promise.all(Array.from({ length: 5 }, () => client.fetch('/me?x=1')))
  const again = await client.fetch('/me')

  expect(responses.map(({ status }) => status)).toEqual(Array(5).fill(200))
  expect(again.status).toBe(200)
  expect(statuses.filter((status) => status !== 200)).toEqual([400]) // One nonce was asked for, one token request did it.
  expect(seen.thumbprints).toEqual(new Set([await scheme.thumbprint()]))
  expect(seen.ids.size).toBe(seen.requests)
})

/** A client that has proved with its key, and whose place for keys is empty again. */
async function cleared() {
  let kept: CryptoKeyPair | undefined
  const keyStore = {
    load: async () => kept,
    save: async (keys: CryptoKeyPair) => {
      kept ??= keys
    },
  }
  const tokens = { accessToken: token, tokenType: 'DPoP', refreshToken: 'refresh-1', sessionId: 's' }
  const { client, requests } = clientOf(
    { scheme: dpop({ keyStore }), store: memoryStore(tokens), tokenEndpoint: `${origin}/token`, clientId: 'app' },
    ok,
    () => Response.json({ access_token: 'next', token_type: 'DPoP' }),
  )
  await client.fetch('/me')
  kept = undefined
  /** By which key a refresh is proved. */
  const refreshed = async (): Promise<string> => {
    await client.refresh()
    return calculateJwkThumbprint(decodeProtectedHeader(requests.at(-1)?.headers.get('dpop') ?? '').jwk ?? {})
  }
  return { keyStore, refreshed }
}

interface OnOneOrigin {
  readonly server: () => string
  readonly api: () => string
  readonly isKept?: boolean
  readonly turns?: () => unknown
  readonly port?: string
}

/**
 * An authorization server and an API on one origin, with the nonces that each wants then.
 * @param isKept whether they take older ones, too.
 * @param turns is called once a nonce was taken or refused: the response brings the one that is wanted next.
 * @param port as the endpoints are written.
 */
async function onOneOrigin({ server, api, isKept = false, turns = () => {}, port = '' }: OnOneOrigin) {
  const asked: { readonly path: string; readonly nonce: unknown; readonly isRefused: boolean }[] = []
  const answer = (request: Request): Response => {
    const path = new URL(request.url).pathname
    const { nonce } = decodeJwt(request.headers.get('dpop') ?? '')
    const wanted = path === '/me' ? api : server
    const isRefused = isKept ? !nonce : nonce !== wanted()
    turns()
    const headers = { 'dpop-nonce': wanted() }
    asked.push({ path, nonce, isRefused })
    if (isRefused && path === '/me')
      return new Response('', { status: 401, headers: { ...headers, 'www-authenticate': 'DPoP error="use_dpop_nonce"' } })
    if (isRefused) return Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers })
    return Response.json({ access_token: `access-${asked.length}`, refresh_token: 'refresh', token_type: 'DPoP' }, { headers })
  }
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    return Object.defineProperty(answer(request), 'url', { value: request.url })
  }
  const scheme = dpop()
  const endpoints = { tokenEndpoint: `${origin}${port}/token`, revocationEndpoint: `${origin}${port}/revoke` }
  const client = new AuthenticatedClient({ baseUrl: origin, clientId: 'web', scheme, fetch, refreshBudget: false, ...endpoints })
  /** Redeems an authorization code, as the app does itself. */
  const redeem = async (): Promise<void> => {
    const send = async () => {
      const proof = await scheme.proof('POST', endpoints.tokenEndpoint)
      const response = await fetch(endpoints.tokenEndpoint, { method: 'POST', headers: { dpop: proof } })
      scheme.observe?.(response)
      return response
    }
    const first = await send()
    const { access_token: accessToken, refresh_token: refreshToken } = await (first.ok ? first : await send()).json()
    await client.setTokens({ accessToken, refreshToken, tokenType: 'DPoP', sessionId: 's' })
  }
  return { client, redeem, asked }
}

function bound() {
  return memoryStore({ accessToken: token, tokenType: 'DPoP', sessionId: 's' })
}

/** An API that verifies token and proof as RFC 9449 §7 asks, with nonces of its own. */
async function startApi(jwksUri: string) {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const seen = { requests: 0, ids: new Set<unknown>(), thumbprints: new Set<string>() }
  const server = createServer(async (request, response) => {
    response.setHeader('dpop-nonce', 'api-nonce')
    const accessToken = request.headers.authorization?.replace(/^DPoP /, '') ?? ''
    seen.requests++
    try {
      const { payload: proof, protectedHeader } = await jwtVerify(String(request.headers.dpop), EmbeddedJWK, { typ: 'dpop+jwt' })
      seen.ids.add(proof.jti)
      const url = `http://${request.headers.host}${request.url?.replace(/\?.*/, '')}`
      if (proof.htu !== url || proof.htm !== request.method) throw new Error('for another request')
      if (proof.ath !== createHash('sha256').update(accessToken).digest('base64url')) throw new Error('for another token')
      if (proof.nonce !== 'api-nonce') {
        response.writeHead(401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"' }).end()
        return
      }
      const { payload } = await jwtVerify(accessToken, keys, { audience })
      const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk ?? {})
      if ((payload.cnf as { jkt?: string }).jkt !== thumbprint) throw new Error('bound to another key')
      seen.thumbprints.add(thumbprint)
      response.end('{}')
    } catch {
      response.writeHead(401, { 'www-authenticate': 'DPoP error="invalid_token"' }).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
