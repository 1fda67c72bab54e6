import type { ServerResponse } from 'node:http'
import { AuthenticatedClient, type TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json, silence } from '../support/authorization-server.ts'
import { deferred } from '../support/deferred.ts'
import { loopback } from '../support/loopback.ts'
import { presented, rejection, shown, signedIn, url, watch } from './signed-in.ts'

const reset = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'))

describe('no readable answer came to a token request', () => {
  for (const [standing, sent] of [
    ['refused', ['access-1', 'access-2']],
    ['expired', ['access-2']],
    ['nearly spent', ['access-2']],
  ] as const) {
    it(`presents the token once more in the same flight, and the call succeeds (${standing} token; F3, F4, rule 6)`, async () => {
      const { client, login, resource, inTime } = await signedIn({ standing })
      login.next(reset)

      const response = await inTime(client.fetch(url))

      expect(response.status).toBe(200)
      expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-1'])
      expect(shown(resource)).toEqual(sent)
    })
  }

  it('presents it no more than twice in one flight (F4, rule 6)', async () => {
    const { client, login, clock, inTime } = await signedIn({ standing: 'refused' })
    login.always(reset)

    await rejection(inTime(client.fetch(url)))
    await clock.advance(60_000)

    expect(login.tokenRequests).toHaveLength(2)
  })

  it('presents it no more than twice though somebody else puts another access token beside it meanwhile (rule 6)', async () => {
    const { client, login, clock, app, inTime } = await signedIn({ standing: 'expired', sessionId: 's' })
    login.always(() => {
      app.tokens = { ...app.tokens, accessToken: `other-${login.tokenRequests.length}`, expiresAt: 1 } as TokenSet
      return reset()
    })

    await rejection(inTime(client.fetch(url)))
    await clock.advance(60_000)

    expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-1'])
  })

  it('presents it no more than twice when the second attempt breaks in the body (F4, rule 6)', async () => {
    const { client, login, clock, app, inTime } = await signedIn({ standing: 'refused' })
    login.next(reset, () => new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })))

    await rejection(inTime(client.fetch(url)))
    await clock.advance(60_000)

    expect(login.tokenRequests).toHaveLength(2)
    expect(app.logouts).toEqual([])
  })

  it('lets a later flight present it again, after the cool-down (rule 6)', async () => {
    const { client, login, clock, app, inTime } = await signedIn({ standing: 'refused' })
    login.always(reset)
    await rejection(inTime(client.fetch(url)))
    await rejection(inTime(client.fetch(url)))
    const inside = login.tokenRequests.length

    login.always(undefined)
    await clock.advance(5000)
    const response = await inTime(client.fetch(url))

    expect(inside).toBe(2)
    expect(response.status).toBe(200)
    expect(new Set(await Promise.all(login.tokenRequests.map(presented)))).toEqual(new Set(['refresh-1']))
    expect(app.logouts).toEqual([])
  })

  it('re-reads the store first, and adopts what another has saved meanwhile (F4, rule 6)', async () => {
    const { client, login, resource, app, inTime } = await signedIn({ standing: 'refused', sessionId: 's' })
    const newer = login.signIn()
    login.next(() => {
      app.tokens = { ...newer, sessionId: 's' }
      return reset()
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    expect(shown(resource)).toEqual(['access-1', newer.accessToken])
  })

  it('does not present it again once somebody else is signed in, or nobody (rule 6, rule 3)', async () => {
    for (const stored of [null, { accessToken: 'bob', refreshToken: 'refresh-bob', sessionId: 'bob' }]) {
      const { client, login, app, clock, inTime } = await signedIn({ standing: 'refused', sessionId: 'alice' })
      login.next(() => {
        app.tokens = stored
        return reset()
      })

      const response = await inTime(client.fetch(url))
      await clock.advance(60_000)

      expect(response.status).toBe(401)
      expect(login.tokenRequests).toHaveLength(1)
      expect(app.tokens).toBe(stored)
    }
  })

  it('does not present it again after a deadline (F1, rule 6)', async () => {
    const { client, login, clock, inTime } = await signedIn({ standing: 'expired' })
    login.always(silence)

    await rejection(inTime(client.fetch(url)))
    await clock.advance(60_000)

    expect(login.tokenRequests).toHaveLength(1)
  })

  it('gives both attempts one refreshTimeout together (rule 6, F1)', async () => {
    const first = deferred<Response>()
    const { client, login, clock } = await signedIn({ standing: 'expired' })
    login.next(() => first.promise, silence)

    const call = watch(client.fetch(url))
    await clock.advance(6000)
    first.reject(new TypeError('fetch failed'))
    await clock.advance(3000)
    const before = call.state
    await clock.advance(1500)

    expect(login.tokenRequests).toHaveLength(2)
    expect(before).toBe('pending')
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_REFRESH_UNAVAILABLE' } })
  })

  it('believes a definitive answer to the second attempt (F10, rule 6)', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'refused' })
    login.next(reset, () => json(400, { error: 'invalid_grant' }))

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(app.logouts).toHaveLength(1)
  })

  it('does not repeat a request that was answered: an outage is no ambiguity (F5)', async () => {
    const { client, login, clock, inTime } = await signedIn({ standing: 'refused' })
    login.always(() => json(503, { error: 'temporarily_unavailable' }))

    await rejection(inTime(client.fetch(url)))
    await clock.advance(60_000)

    expect(login.tokenRequests).toHaveLength(1)
  })

  it('never repeats a call of the app that failed on the network, refresh or no refresh (F80, rule 14)', async () => {
    const { client, login, resource, inTime } = await signedIn({ standing: 'refused' })
    const failure = new TypeError('fetch failed')
    resource.always(({ headers }) => (headers.get('authorization') === 'Bearer access-2' ? Promise.reject(failure) : undefined))

    const error = await rejection(inTime(client.fetch(url, { method: 'POST', body: 'order' })))

    expect(error).toBe(failure)
    expect(login.tokenRequests).toHaveLength(1)
    expect(resource.requests).toHaveLength(2)
  })
})

describe('on real sockets', () => {
  it('presents the token once more when the connection is cut after the request arrived (F4)', async () => {
    let cuts = 1
    const { client, server } = await onLoopback((respond, response) => (cuts-- > 0 ? response.destroy() : respond()))

    const response = await client.fetch(`${server.origin}/me`)

    expect(response.status).toBe(200)
    expect(
      server.requests.filter(({ path }) => path === '/token').map(({ body }) => new URLSearchParams(body).get('refresh_token')),
    ).toEqual(['refresh-1', 'refresh-1'])
  })

  it('presents the token once more when the connection is cut in the middle of the answer (F4)', async () => {
    let cuts = 1
    const { client, server } = await onLoopback((respond, response) => {
      if (cuts-- > 0) response.writeHead(200, { 'Content-Length': 200 }).write('{"access_token":', () => response.destroy())
      else respond()
    })

    const response = await client.fetch(`${server.origin}/me`)

    expect(response.status).toBe(200)
    expect(server.requests.filter(({ path }) => path === '/token')).toHaveLength(2)
  })

  it('survives a kept-alive connection that the server closes as the next token request arrives on it (F29)', async () => {
    let requests = 0
    const { client, server, tokens } = await onLoopback((respond, response) => (++requests === 2 ? response.destroy() : respond()))

    await client.fetch(`${server.origin}/me`)
    await client.refresh()

    expect(tokens()?.accessToken).toBe('access-3')
    expect(server.requests.filter(({ path }) => path === '/token')).toHaveLength(3)
  })

  it('keeps the session when the connection is refused (F3)', async () => {
    const logouts: unknown[] = []
    const client = new AuthenticatedClient({
      tokenEndpoint: 'http://127.0.0.1:1/token',
      clientId: 'web',
      getTokens: () => ({ accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: 1 }),
      saveTokens: () => {},
      onLogout: (event) => void logouts.push(event),
    })

    const error = await rejection(client.fetch('http://127.0.0.1:1/me'))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(logouts).toEqual([])
    expect(client.state.status).toBe('authenticated')
  })
})

/** A server that refuses `access-1` and gives the next pair at `/token`, unless the test cuts in. */
async function onLoopback(answerToken: (respond: () => void, response: ServerResponse) => void) {
  let serial = 1
  const server = await loopback((request, response) => {
    if (request.path === '/me') {
      const isStale = request.headers.authorization === 'Bearer access-1'
      if (isStale) response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })
      response.end('me')
      return
    }
    answerToken(() => {
      serial++
      response.end(JSON.stringify({ access_token: `access-${serial}`, refresh_token: `refresh-${serial}`, expires_in: 3600 }))
    }, response)
  })
  let tokens: TokenSet | null = { accessToken: 'access-1', refreshToken: 'refresh-1' }
  const client = new AuthenticatedClient({
    tokenEndpoint: `${server.origin}/token`,
    clientId: 'web',
    getTokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
  })
  return { client, server, tokens: () => tokens }
}
