import { AuthenticatedClient, clientCredentialsGrant } from 'authenticated-client'
import { clientSecretJwt, privateKeyJwt } from 'authenticated-client/jose'
import { testClock } from 'authenticated-client/testing'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { startProvider } from '../dpop/provider'

describe('private_key_jwt', () => {
  it('proves the client to oidc-provider with a new assertion each time', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const { tokenEndpoint } = await startProvider({ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' })
    const assertions: string[] = []
    const client = new AuthenticatedClient({
      baseUrl: 'https://api.example.com',
      grant: clientCredentialsGrant({
        tokenEndpoint,
        clientId: 'signing',
        clientAuthentication: privateKeyJwt({ key: () => privateKey, keyId: 'k1' }),
      }),
      fetch: (input, init) => {
        const assertion = new URLSearchParams(String(init?.body)).get('client_assertion')
        if (assertion) assertions.push(assertion)
        return fetch(input, init)
      },
    })

    expect(await client.getAccessToken()).toMatch(/^ey/)
    await client.refresh()

    const claims = assertions.map((assertion) => decodeJwt(assertion))
    expect(claims).toHaveLength(2)
    expect(claims[0]).toMatchObject({ iss: 'signing', sub: 'signing', aud: tokenEndpoint })
    expect((claims[0]?.exp ?? 0) - (claims[0]?.iat ?? 0)).toBe(60)
    expect(claims[0]?.jti).not.toBe(claims[1]?.jti)
  })

  it.each([
    ['the kid of a JWK, where no keyId is given', { kid: 'own' }, undefined, 'own'],
    ['the keyId that is given', { kid: 'own' }, 'given', 'given'],
    ['no kid, where there is none', {}, undefined, undefined],
  ])('names as the key of its assertion %s', async (_, more, keyId, kid) => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const headers: unknown[] = []
    const client = new AuthenticatedClient({
      baseUrl: 'https://api.example.com',
      grant: clientCredentialsGrant({
        tokenEndpoint: 'https://login.example.com/token',
        clientId: 'signing',
        clientAuthentication: privateKeyJwt({ key: { ...(await exportJWK(privateKey)), ...more }, keyId }),
      }),
      fetch: async (_, init) => {
        headers.push(decodeProtectedHeader(new URLSearchParams(String(init?.body)).get('client_assertion') ?? ''))
        return Response.json({ access_token: 't', token_type: 'Bearer' })
      },
    })

    await client.getAccessToken()

    expect(headers).toEqual([kid === undefined ? { alg: 'ES256' } : { alg: 'ES256', kid }])
  })

  it.each([
    ['its own', { alg: 'RS256' }, undefined, 'RS256'],
    ['the one that is given', { alg: 'PS256' }, 'PS256', 'PS256'],
  ])('signs with a JWK by its own algorithm, where none is given: %s', async (_, more, algorithm, alg) => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const body = new URLSearchParams()
    const authenticate = privateKeyJwt({ key: { ...(await exportJWK(privateKey)), ...more }, algorithm })

    await authenticate({ url: 'https://login.example.com/token', headers: new Headers(), body, clientId: 'web', clock: testClock() })

    expect(decodeProtectedHeader(body.get('client_assertion') ?? '')).toEqual({ alg })
  })

  it.each([undefined, '', '-----BEGIN PRIVATE KEY-----', 42, true])('needs a key, and %j is none', (key) => {
    expect(() => privateKeyJwt({ key: key as never })).toThrow(/^privateKeyJwt needs key: a CryptoKey, a JWK, or a function/)
  })
})

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '60' as never])('an assertion is not made for a lifetime of %j', (lifetime) => {
  expect(() => privateKeyJwt({ key: new Uint8Array(32), lifetime })).toThrow(/lifetime/)
  expect(() => clientSecretJwt('secret', { lifetime })).toThrow(TypeError)
})

describe('client_secret_jwt', () => {
  it('proves the client to oidc-provider without saying the secret', async () => {
    const { tokenEndpoint } = await startProvider()
    const secret = 'a secret of at least thirty-two bytes'
    const bodies: string[] = []
    const client = new AuthenticatedClient({
      baseUrl: 'https://api.example.com',
      grant: clientCredentialsGrant({ tokenEndpoint, clientId: 'secret-jwt', clientAuthentication: clientSecretJwt(secret) }),
      fetch: (input, init) => {
        bodies.push(String(init?.body))
        return fetch(input, init)
      },
    })

    expect(await client.getAccessToken()).toMatch(/^ey/)

    const assertion = new URLSearchParams(bodies[0]).get('client_assertion') ?? ''
    await expect(jwtVerify(assertion, new TextEncoder().encode(secret))).resolves.toBeDefined()
    expect(bodies[0]).not.toContain('thirty-two')
  })

  it('needs a secret', () => {
    expect(() => clientSecretJwt('')).toThrow(/needs the client secret/)
  })

  it.each(['', null, undefined])('signs nothing with the secret %j that a function gives', async (secret) => {
    const bodies: unknown[] = []
    const client = new AuthenticatedClient({
      baseUrl: 'https://api.example.com',
      grant: clientCredentialsGrant({
        tokenEndpoint: 'https://login.example.com/token',
        clientId: 'secret-jwt',
        clientAuthentication: clientSecretJwt(async () => secret as string),
      }),
      fetch: async (_, init) => {
        bodies.push(init?.body)
        return new Response(null, { status: 400 })
      },
    })

    await expect(client.getAccessToken()).rejects.toMatchObject({ cause: { message: expect.stringMatching(/needs the client secret/) } })

    expect(bodies).toEqual([])
  })
})
