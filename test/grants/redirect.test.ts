import { describe, expect, it } from 'vitest'
import { RefreshUnavailableError } from '../../src/errors/refresh-unavailable-error'
import { refreshTokenGrant } from '../../src/grants/refresh-token'
import type { FetchLike } from '../../src/platform/fetch-like'
import { grantContext, now, recordingFetch, rejection } from './grant-context'
import { loopback } from './loopback'
import { refresh, tokens, usable } from './refresh'

describe('a redirect by the token endpoint', () => {
  it.each([301, 302, 303, 307, 308])('is not followed with %i, and only its origin is named (F23, A18)', async (status) => {
    const thief = await loopback((_, response) => response.end(usable))
    const location = `${thief.origin}/login;jsessionid=canary?token=canary#canary`
    const server = await loopback((_, response) => response.writeHead(status, { location, 'retry-after': '60' }).end(usable))

    const error = await rejection(refresh(server))

    expect(thief.bodies).toEqual([])
    expect(error).toBeInstanceOf(RefreshUnavailableError)
    expect(error).toMatchObject({
      message: `The token endpoint redirects to ${thief.origin}`,
      answered: true,
      retryAt: now + 60_000,
    })
  })

  it.each([
    '/login?token=canary',
    '//evil.example/canary',
    'https://user:canary@evil.example/',
    'javascript:canary',
    'https:\\\\evil.example\\canary',
    'https://evil.example canary',
    undefined,
  ])('is named by no more than can be shown safely: %s (F23)', async (location) => {
    const server = await loopback((_, response) => response.writeHead(302, location ? { location } : {}).end())

    const error = await rejection(refresh(server))

    expect(server.bodies).toHaveLength(1)
    expect(error).toMatchObject({ message: 'The token endpoint redirects to another URL', answered: true })
  })

  it('is not followed within the same origin either (F23)', async () => {
    const server = await loopback((_, response) => response.writeHead(307, { location: '/token2' }).end())

    await rejection(refresh(server))

    expect(server.bodies).toHaveLength(1)
  })

  it('is noticed even where the platform follows it regardless, as React Native does (A18)', async () => {
    const thief = await loopback((_, response) => response.end(usable))
    const server = await loopback((_, response) => response.writeHead(307, { location: `${thief.origin}/token?canary` }).end())
    const follow: FetchLike = (input, init) => globalThis.fetch(input, { ...init, redirect: 'follow' })
    const context = grantContext({ fetch: follow })

    const error = await rejection(refreshTokenGrant({ ...server, clientId: 'web' })(tokens, context))

    expect(error).toMatchObject({ message: `The token endpoint redirects to ${thief.origin}`, answered: true })
    expect(context.rotations).toEqual([])
  })

  it('is noticed where only the path differs, and not where only the query does (A18)', async () => {
    const server = await loopback((request, response) => {
      if (request.url === '/token?a=1') response.writeHead(307, { location: '/token?b=2' }).end()
      else if (request.url === '/token') response.writeHead(307, { location: '/elsewhere' }).end()
      else response.end(usable)
    })
    const follow: FetchLike = (input, init) => globalThis.fetch(input, { ...init, redirect: 'follow' })

    expect(await refresh({ tokenEndpoint: `${server.tokenEndpoint}?a=1` }, follow)).toMatchObject({ accessToken: 'access-2' })
    expect(await rejection(refresh(server, follow))).toMatchObject({ message: `The token endpoint redirects to ${server.origin}` })
  })

  it('cannot end the session with what it leads to (A18)', async () => {
    const thief = await loopback((_, response) => response.writeHead(400).end('{"error":"invalid_grant"}'))
    const server = await loopback((_, response) => response.writeHead(307, { location: thief.tokenEndpoint }).end())
    const follow: FetchLike = (input, init) => globalThis.fetch(input, { ...init, redirect: 'follow' })

    const grant = refreshTokenGrant({ ...server, clientId: 'web', isRejected: () => true })

    expect(await rejection(grant(tokens, grantContext({ fetch: follow })))).toBeInstanceOf(RefreshUnavailableError)
  })

  it('is known from the opaque answer that a browser gives (F23)', async () => {
    const tokenEndpoint = 'https://login.example.com/token'
    const properties = { status: { value: 0 }, type: { value: 'opaqueredirect' }, url: { value: tokenEndpoint } }
    const { fetch } = recordingFetch(() => Object.defineProperties(new Response(null), properties))

    const error = await rejection(refresh({ tokenEndpoint }, fetch))

    expect(error).toMatchObject({ message: 'The token endpoint redirects to another URL', answered: true })
  })
})
