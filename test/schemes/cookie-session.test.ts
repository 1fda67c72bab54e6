import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { AuthenticatedClient, cookieRefreshGrant, cookieSession, memoryStore, type StoredSession, sameTokens } from 'authenticated-client'
import { testClock } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rejection } from '../grants/grant-context'
import { deferred } from '../support/deferred'
import { clientOf, ok, origin, refuse } from './client'

describe('cookieSession', () => {
  it('sends cookies to allowed origins, and no Authorization', async () => {
    const { client, requests } = clientOf({ scheme: cookieSession(), store: signedIn() })
    await client.fetch('/me')
    await client.fetch('https://elsewhere.example.com/me')
    await client.fetch('/me', { credentials: 'omit' })

    expect(requests.map(({ credentials, headers }) => [credentials, headers.get('authorization')])).toEqual([
      ['include', null],
      ['same-origin', null],
      ['omit', null],
    ])
  })

  it('says what a sign-in takes where the counter is missing', async () => {
    const { client } = clientOf({ scheme: cookieSession() })

    await expect(client.setTokens({ sessionId: 'mine' } as never)).rejects.toThrow('{ sessionId, counter: 0 }')
  })

  it('proves by a header where a request comes from: with unsafe methods, to allowed origins only (A48)', async () => {
    const scheme = cookieSession({ csrf: { header: 'X-CSRF-Token', value: () => 'proof' } })
    const { client, requests } = clientOf({ scheme, store: signedIn() })
    await client.fetch('/me')
    await client.fetch('/notes', { method: 'POST', body: 'x' })
    await client.fetch('https://elsewhere.example.com/notes', { method: 'POST', body: 'x' })

    expect(requests.map(({ headers }) => headers.get('x-csrf-token'))).toEqual([null, 'proof', null])
  })

  it('keeps that header from following a redirect elsewhere (A17)', async () => {
    const scheme = cookieSession({ csrf: { header: 'X-CSRF-Token', value: 'proof' } })
    const away = () => new Response(null, { status: 307, headers: { location: 'https://elsewhere.example.com/' } })
    const { client, requests } = clientOf({ scheme, store: signedIn() }, away, ok)

    await client.fetch('/notes', { method: 'POST', body: 'x' })

    expect(requests.map(({ url, headers }) => [new URL(url).host, headers.get('x-csrf-token')])).toEqual([
      ['api.example.com', 'proof'],
      ['elsewhere.example.com', null],
    ])
  })

  it('treats every 401 as its own, with or without a challenge', async () => {
    let renewals = 0
    const grant = async () => {
      renewals++
      return { accessToken: '' }
    }
    const { client } = clientOf({ scheme: cookieSession(), store: signedIn(), grant }, refuse(), ok, refuse('Basic realm="x"'), ok)

    const statuses = [(await client.fetch('/me')).status, (await client.fetch('/me')).status]

    expect([statuses, renewals]).toEqual([[200, 200], 2])
  })

  it('counts renewals in the store, so that another tab sends its late 401 again without one', async () => {
    const store = signedIn()
    let renewals = 0
    const grant = async () => {
      renewals++
      return { accessToken: '' }
    }
    const one = clientOf({ scheme: cookieSession(), store, grant }, refuse(), ok)
    const held = deferred()
    const other = clientOf({ scheme: cookieSession(), store, grant }, (request) => held.promise.then(() => refuse()(request)), ok)

    const late = other.client.fetch('/me')
    await one.client.fetch('/me')
    held.resolve()

    expect([(await late).status, renewals, store.read()]).toEqual([200, 1, { sessionId: 'mine', counter: 1 }])
  })

  it('is recognised in a store that has columns for tokens, where those are null', async () => {
    const row = (counter: number) => ({ sessionId: 'mine', counter, accessToken: null, refreshToken: null }) as unknown as StoredSession
    const { client, requests } = clientOf({ scheme: cookieSession(), store: memoryStore(row(0)) })

    await client.fetch('/me')

    expect(requests[0]?.credentials).toBe('include')
    expect([sameTokens(row(0), row(1)), sameTokens(row(0), { sessionId: 'mine', counter: 0 })]).toEqual([false, true])
  })

  it('has no access token to ask for, though somebody is signed in', async () => {
    const { client } = clientOf({ scheme: cookieSession(), store: signedIn() })

    expect(await rejection(client.getAccessToken())).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })

  it('signs in with a marker, and signs out', async () => {
    const { client } = clientOf({ scheme: cookieSession() })
    await client.setTokens({ sessionId: 'mine', counter: 0 })
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'mine' })

    await client.logout()

    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it.each([{ header: 'x' } as never, { header: 'X CSRF', value: 'proof' }])(
    'refuses half a csrf option, and a header that is none',
    (csrf) => {
      expect(() => cookieSession({ csrf })).toThrow(/csrf must be/)
    },
  )

  it.each(['canary\n1', 'canary €', 'canary\0'])(
    'says that no header can hold a csrf value, without showing it (rule 13)',
    async (value) => {
      const scheme = cookieSession({ csrf: { header: 'X-CSRF-Token', value: async () => value } })
      const { client, requests } = clientOf({ scheme, store: signedIn() })

      const error = await rejection(client.fetch('/notes', { method: 'POST', body: 'x' }))

      expect(error).toBeInstanceOf(TypeError)
      expect(inspect(error)).toContain('csrf.value must be')
      expect(inspect(error)).not.toContain('canary')
      expect(requests).toEqual([])
    },
  )
})

describe('cookieRefreshGrant, at a real server', () => {
  it('renews once for ten calls, each served by the cookie that it set', async () => {
    const { client, server } = await start()

    const responses = await Promise.all(Array.from({ length: 10 }, () => client.fetch('/me')))

    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(server.renewals).toBe(1)
  })

  it('ends the session once when the server refuses it (F10)', async () => {
    const { client, server, logouts } = await start()
    server.answer = 401

    const responses = await Promise.all([client.fetch('/me'), client.fetch('/me')])
    await expect.poll(() => logouts).toEqual(['refresh_rejected'])

    expect(responses.map(({ status }) => status)).toEqual([401, 401])
  })

  it('keeps the session through an outage (F5)', async () => {
    const { client, server, logouts } = await start()
    server.answer = 503

    await expect(client.fetch('/me')).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })

    expect([client.state.status, logouts]).toEqual(['authenticated', []])
  })

  it('lets isRejected read what the server says', async () => {
    const grant = cookieRefreshGrant({
      url: 'https://api.example.com/refresh',
      isRejected: async (response) => (await response.json()).error === 'session_over',
    })
    const context = { signal: new AbortController().signal, clock: testClock(), rotated() {} }
    const answered = (error: string) => grant(null, { ...context, fetch: async () => Response.json({ error }, { status: 400 }) })

    await expect(answered('session_over')).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' })
    await expect(answered('busy')).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })

  it('refuses what is no URL', () => {
    expect(() => cookieRefreshGrant({ url: '/refresh' })).toThrow(TypeError)
  })
})

function signedIn() {
  return memoryStore({ sessionId: 'mine', counter: 0 })
}

/** A backend for frontends, and a fetch that keeps cookies as a browser does. */
async function start() {
  const server = { renewals: 0, answer: 204 }
  const handle = ({ url, headers, method }: IncomingMessage, response: ServerResponse): void => {
    if (url === '/refresh' && method === 'POST') {
      server.renewals++
      response.writeHead(server.answer, { 'set-cookie': `session=${server.renewals}` }).end()
    } else response.writeHead(headers.cookie === `session=${server.renewals}` && server.renewals ? 200 : 401).end()
  }
  const http = createServer(handle)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void http.close())
  const baseUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  let cookie = 'session=0'
  const logouts: string[] = []
  const client = new AuthenticatedClient({
    baseUrl,
    scheme: cookieSession(),
    grant: cookieRefreshGrant({ url: `${baseUrl}/refresh` }),
    store: signedIn(),
    onLogout: ({ reason }) => logouts.push(reason),
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers)
      if (init?.credentials === 'include') headers.set('cookie', cookie)
      const response = await fetch(input, { ...init, headers })
      cookie = response.headers.getSetCookie()[0] ?? cookie
      return response
    },
  })
  return { client, server, logouts, origin }
}
