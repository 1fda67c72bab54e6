import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { RefreshUnavailableError } from '../../src/errors/refresh-unavailable-error'
import { SessionEndedError } from '../../src/errors/session-ended-error'
import { type CookieRefreshGrantOptions, cookieRefreshGrant } from '../../src/grants/cookie-refresh'
import type { FetchLike } from '../../src/platform/fetch-like'
import { grantContext, recordingFetch, rejection } from './grant-context'
import { loopback } from './loopback'

const url = 'https://api.example.com/session'

function renew(fetch: FetchLike, options: Partial<CookieRefreshGrantOptions> = {}) {
  return cookieRefreshGrant({ url, ...options })(null, grantContext({ fetch }))
}

it('refuses headers that are no function, at once: they are asked for each time', () => {
  expect(() => cookieRefreshGrant({ url, headers: { 'x-csrf': '1' } as never })).toThrow(/headers must be a function/)
})

it.each([200, 401, 503])('says what the server answered, %i, where bodies are no streams of the platform (node-fetch)', async (status) => {
  const streamed = new Response('x', { status })
  const { fetch } = recordingFetch(() => Object.defineProperty(streamed, 'body', { value: { pipe: () => {} } }))

  const renewed = await renew(fetch).catch(({ code }) => code)

  expect(renewed).toEqual({ 200: { accessToken: '' }, 401: 'ERR_SESSION_ENDED', 503: 'ERR_REFRESH_UNAVAILABLE' }[status])
})

describe('a redirect of the request that renews the session', () => {
  it.each([200, 401])('is no renewal and no refusal where the platform follows it, as React Native does: %i', async (status) => {
    const login = await loopback((_, response) => response.writeHead(status).end('<html>'))
    const server = await loopback((_, response) => response.writeHead(302, { location: `${login.origin}/login?canary` }).end())
    const follow: FetchLike = (input, init) => globalThis.fetch(input, { ...init, redirect: 'follow' })

    const error = await rejection(renew(follow, { url: `${server.origin}/session` }))

    expect(error).toBeInstanceOf(RefreshUnavailableError)
    expect(error).toMatchObject({ message: `Renewing the session was redirected to ${login.origin}` })
  })

  it('may end the session where the app says so', async () => {
    const { fetch } = recordingFetch(() => new Response(null, { status: 302, headers: { location: '/login' } }))

    expect(await rejection(renew(fetch, { isRejected: ({ status }) => status === 302 }))).toBeInstanceOf(SessionEndedError)
  })
})

describe('an error shows no header of the request that renews the session (rule 13)', () => {
  it('where no request can hold its value', async () => {
    const { fetch, sent } = recordingFetch(() => new Response())

    const error = await rejection(renew(fetch, { headers: () => ({ 'x-csrf': 'canary\n1' }) }))

    expect(error).toBeInstanceOf(TypeError)
    expect(inspect(error)).toContain('headers() gave')
    expect(inspect(error)).not.toContain('canary')
    expect(sent).toEqual([])
  })

  it.each([
    ['says', new Error("Unexpected value for 'x-csrf': canary")],
    ['carries', Object.assign(new Error('Network Error'), { config: { headers: { 'x-csrf': 'canary' } } })],
  ])('where the error of fetch %s it', async (_, thrown) => {
    const { fetch } = recordingFetch(() => Promise.reject(thrown))

    const error = await rejection(renew(fetch, { headers: () => ({ 'x-csrf': 'canary' }) }))

    expect(error).toBeInstanceOf(RefreshUnavailableError)
    expect(inspect((error as Error).cause, { depth: 5 }).split('\n    at ')[0]).not.toContain('canary')
  })

  it('and keeps a cause that shows none', async () => {
    const cause = new TypeError('fetch failed')
    const { fetch } = recordingFetch(() => Promise.reject(cause))

    expect(await rejection(renew(fetch, { headers: () => ({ 'x-csrf': 'proof' }) }))).toMatchObject({ cause, answered: false })
  })
})
