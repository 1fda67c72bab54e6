import { getEventListeners } from 'node:events'
import { AuthenticatedClient } from 'authenticated-client'
import { discover } from 'authenticated-client/discover'
import { quiet, testClock } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'
import { startProvider } from '../dpop/provider'

const issuer = 'https://login.example.com/tenant'
const good = {
  issuer,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  authorization_endpoint: `${issuer}/authorize`,
  jwks_uri: `${issuer}/jwks`,
}

describe('discover', () => {
  it('asks a real server, and its answer can be given to the client', async () => {
    const { issuer, tokenEndpoint } = await startProvider()

    const found = await discover(issuer)

    expect(found).toMatchObject({ issuer, tokenEndpoint })
    const { tokenEndpoint: endpoint } = found
    expect(new AuthenticatedClient({ tokenEndpoint: endpoint, clientId: 'x', baseUrl: issuer }).coordination).toBe('client')
  })

  it.each([{ error: 'not found' }, null, [], 'no'])('asks the second place where the first one says %j with a 200', async (answer) => {
    const fetch = async (input: string | URL | Request) => Response.json(String(input).includes('openid') ? answer : good)

    expect(await discover(issuer, { fetch })).toMatchObject({ issuer })
  })

  it("takes the answer of React Native's fetch, which adds a parameter to a URL so that no cache answers", async () => {
    const fetch = async (input: RequestInfo | URL) =>
      Object.defineProperty(Response.json(good), 'url', { value: `${String(input)}?_=1764277200000` })

    expect(await discover(issuer, { fetch })).toMatchObject({ issuer })
  })

  it('names both URLs that it asked where neither has metadata, so that a wrong issuer shows', async () => {
    const fetch = async () => new Response(null, { status: 404 })

    await expect(discover(issuer, { fetch })).rejects.toThrow(
      `No metadata at ${issuer}/.well-known/openid-configuration or https://login.example.com/.well-known/oauth-authorization-server/tenant`,
    )
  })

  it('asks both well-known places: below the issuer, and between its host and path (RFC 8414 §3)', async () => {
    const asked: string[] = []
    const fetch = async (input: RequestInfo | URL) => {
      asked.push(String(input))
      return String(input).includes('oauth-authorization-server') ? Response.json(good) : new Response(null, { status: 404 })
    }

    expect(await discover(issuer, { fetch })).toEqual({
      issuer,
      tokenEndpoint: good.token_endpoint,
      revocationEndpoint: good.revocation_endpoint,
      authorizationEndpoint: good.authorization_endpoint,
      jwksUri: good.jwks_uri,
      metadata: good,
    })
    expect(asked).toEqual([
      'https://login.example.com/tenant/.well-known/openid-configuration',
      'https://login.example.com/.well-known/oauth-authorization-server/tenant',
    ])
  })

  it.each([
    ['another issuer (A31)', { ...good, issuer: 'https://evil.example.com' }, /another issuer/],
    ['an issuer with a slash more', { ...good, issuer: `${issuer}/` }, /another issuer/],
    ['an http token endpoint (A32)', { ...good, token_endpoint: 'http://login.example.com/token' }, /token_endpoint must be https/],
    ['a javascript: endpoint (A33)', { ...good, authorization_endpoint: 'javascript:alert(1)' }, /authorization_endpoint must be https/],
    ['an endpoint that is no text', { ...good, jwks_uri: ['https://x.example.com'] }, /jwks_uri must be https/],
    [
      'a javascript: endpoint that has no field of its own (A33)',
      { ...good, end_session_endpoint: 'javascript:alert(1)' },
      /end_session_endpoint must be https/,
    ],
    [
      'an http endpoint for mutual TLS (RFC 8705 §5)',
      { ...good, mtls_endpoint_aliases: { token_endpoint: 'http://mtls.example.com/token' } },
      /token_endpoint must be https/,
    ],
    ['no token endpoint', { issuer }, /no token_endpoint/],
  ])('refuses metadata of %s', async (_, metadata, message) => {
    const found = discover(issuer, { fetch: async () => Response.json(metadata) })

    await expect(found).rejects.toThrow(TypeError)
    await expect(found).rejects.toThrow(message)
  })

  it.each([
    ['https://login.example.com', 'https://login.example.com'],
    ['https://login.example.com/', 'https://login.example.com/'],
    ['https://login.example.com/tenant', 'https://login.example.com/tenant'],
  ])('accepts a URL made of %s, which gains a slash, for the issuer that calls itself %s', async (text, named) => {
    const fetch = async () => Response.json({ ...good, issuer: named })

    expect(await discover(new URL(text), { fetch })).toMatchObject({ issuer: named })
    await expect(discover(new URL('https://login.example.com/tenant/'), { fetch })).rejects.toThrow(/another issuer/)
  })

  it('treats an endpoint that is null or empty as absent, and allows http in fields that are no endpoint', async () => {
    const metadata = { ...good, revocation_endpoint: '', jwks_uri: null, op_tos_uri: 'http://example.com/terms' }

    const found = await discover(issuer, { fetch: async () => Response.json(metadata) })

    expect(found).toMatchObject({ tokenEndpoint: good.token_endpoint, metadata })
    expect(found).not.toHaveProperty('revocationEndpoint')
    expect(found).not.toHaveProperty('jwksUri')
  })

  it.each([
    ['a redirect (A29)', async () => new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/' } })],
    ['an answer from elsewhere', async () => Object.defineProperty(Response.json(good), 'url', { value: 'https://evil.example.com/' })],
    ['more than 256 KiB', async () => Response.json({ ...good, padding: 'x'.repeat(300_000) })],
    ['HTML', async () => new Response('<html>')],
    ['a network error', async () => Promise.reject(new TypeError('fetch failed'))],
    ['silence', () => new Promise<Response>(() => {})],
  ])('treats %s as no answer', async (_, fetch) => {
    await expect(discover(issuer, { fetch, timeout: 20 })).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })

  it.each(['https://Login.Example.com/adfs', 'https://login.example.com:443/adfs', 'https://login.example.com/stra\u00dfe'])(
    'takes the answer to %s, which platforms ask for in its normal spelling, and only from there',
    async (name) => {
      const place = new URL(`${name}/.well-known/openid-configuration`).href
      const answerFrom = (url: string) => async (input: RequestInfo | URL) =>
        new URL(String(input)).href === place
          ? Object.defineProperty(Response.json({ ...good, issuer: name }), 'url', { value: url })
          : new Response(null, { status: 404 })

      expect(await discover(name, { fetch: answerFrom(place) })).toMatchObject({ issuer: name })
      await expect(discover(name, { fetch: answerFrom(`${place}/login`) })).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    },
  )

  it('quotes nothing of an answer that is no JSON', async () => {
    const error = await discover(issuer, { fetch: async () => new Response('canary') }).catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ cause: { message: 'The answer is no JSON' } })
  })

  it.each([0, -1, Number.NaN, '10s'])('refuses %j as a timeout, which would make the server seem to be down', async (timeout) => {
    const found = discover(issuer, { fetch: async () => Response.json(good), timeout: timeout as number })

    await expect(found).rejects.toThrow(new TypeError('timeout must be milliseconds'))
  })

  it.each(['http://login.example.com', 'https://user@login.example.com', 'https://login.example.com?x', 'login.example.com', ''])(
    'refuses %j as an issuer',
    async (wrong) => {
      await expect(discover(wrong)).rejects.toThrow(TypeError)
    },
  )

  it("rejects with the caller's own reason", async () => {
    const fetch = () => new Promise<Response>(() => {})
    const controller = new AbortController()
    const reason = new Error('enough')
    controller.abort(reason)

    await expect(discover(issuer, { fetch, signal: controller.signal })).rejects.toBe(reason)
  })

  it('leaves no listener on the signal of its caller (F97)', async () => {
    const { signal } = new AbortController()

    await discover(issuer, { fetch: async () => Response.json(good), signal })

    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('gives up as soon as the caller does, even where fetch ignores its signal', async () => {
    const controller = new AbortController()
    const clock = testClock()
    let asked = 0
    const fetch = () => {
      asked += 1
      return new Promise<Response>(() => {})
    }
    const discovered = discover(issuer, { fetch, clock, signal: controller.signal }).catch((thrown: unknown) => thrown)

    controller.abort(new Error('enough'))

    expect(await Promise.race([discovered, quiet()])).toMatchObject({ message: 'enough' })
    expect([asked, clock.sleeping]).toEqual([1, 0])
  })
})
