import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import {
  AuthenticatedClient,
  bearer,
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  type FetchLike,
  none,
  SessionEndedError,
  type TokenSet,
} from 'authenticated-client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { api, authorizationServer, network, unauthorized } from '../support/authorization-server.ts'
import { quiet, testClock } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { loopback, type Received } from '../support/loopback.ts'
import { calls, inTime, rejection, shown, signedIn, tokenEndpoint, url } from './signed-in.ts'

describe('the token request', () => {
  it('is a POST of a form as a string, that neither follows, nor stores, nor takes cookies along (rule 11, F30, A18, A38, A48)', async () => {
    const { client, login, inTime } = await signedIn()

    await inTime(client.refresh())

    const { given, method, headers } = login.tokenRequests[0]!
    const init = { ...given.init }
    expect(given.input).toBe(tokenEndpoint)
    expect(method).toBe('POST')
    expect(headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded(;charset=UTF-8)?$/i)
    expect(headers.get('accept')).toContain('application/json')
    expect(typeof init.body).toBe('string')
    expect(init.credentials).toBe('omit')
    expect(init.cache).toBe('no-store')
    expect(init.redirect).not.toBe('follow')
    expect(init.redirect).toBeDefined()
  })

  it('carries no access token (rule 11)', async () => {
    const { client, login, inTime } = await signedIn({ standing: 'refused' })

    await inTime(client.fetch(url))

    expect(login.tokenRequests[0]?.headers.get('authorization')).toBeNull()
    expect(await login.tokenRequests[0]?.text).not.toContain('access-1')
  })

  it('goes to exactly the endpoint that was given, whatever a challenge says (A30, rule 11)', async () => {
    const { client, login, resource, inTime } = await signedIn({ tokenEndpoint: `${tokenEndpoint}?tenant=1` })
    resource.next(() =>
      unauthorized(
        'Bearer error="invalid_token", authorization_uri="https://evil.example/token", resource_metadata="https://evil.example/meta"',
      ),
    )
    login.next(() => Response.json({ access_token: 'access-1', token_type: 'Bearer' }))

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(login.requests.map((request) => request.url)).toEqual([`${tokenEndpoint}?tenant=1`])
  })

  it('gets no credentials when the app itself calls the endpoint through the client, and its 401 is returned (row 1)', async () => {
    const { client, login, inTime } = await signedIn({ allowedOrigins: ['https://login.example.com'] })
    login.next(() => unauthorized('Bearer error="invalid_token"'))

    const response = await inTime(client.fetch(tokenEndpoint, { method: 'POST', body: 'grant_type=none' }))

    expect(response.status).toBe(401)
    expect(login.tokenRequests).toHaveLength(1)
    expect(login.tokenRequests[0]?.headers.has('authorization')).toBe(false)
  })

  it('does not go out when its session was signed out of while the proof was made (RFC 9449 §5)', async () => {
    const proof = deferred()
    const { client, login, inTime } = await signedIn({ scheme: { ...bearer(), tokenRequest: () => proof.promise } })
    const refreshed = rejection(client.refresh())
    await quiet()

    await client.logout()
    proof.resolve()

    expect(await inTime(refreshed)).toBeInstanceOf(SessionEndedError)
    expect(login.tokenRequests).toHaveLength(0)
  })

  it('does not go out with what others have rotated while the proof was made: their tokens are taken (rule 4)', async () => {
    const proof = deferred()
    const sessionId = 'one'
    const { client, login, app, first, inTime } = await signedIn({ sessionId, scheme: { ...bearer(), tokenRequest: () => proof.promise } })
    const refreshed = client.refresh()
    await quiet()
    app.tokens = { ...first, accessToken: 'access-of-others', refreshToken: 'refresh-of-others' }
    await client.getAccessToken()

    proof.resolve()
    await inTime(refreshed)

    expect(login.tokenRequests).toHaveLength(0)
    expect(await client.getAccessToken()).toBe('access-of-others')
  })
})

describe('on the wire', () => {
  const id = 'my client:é'
  const secret = 'p@ss w%rd&=+/é'
  const encode = (text: string): string => new URLSearchParams([[text, '']]).toString().slice(0, -1)

  it('a public client says who it is in the body, and proves nothing (none)', async () => {
    const request = await tokenRequestWith(none, id)

    expect(request.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: id,
    })
  })

  it('a secret goes into the Authorization header, id and secret form-encoded first (client_secret_basic, RFC 6749 §2.3.1)', async () => {
    const request = await tokenRequestWith(clientSecretBasic(secret), id)

    expect(request.headers.authorization).toBe(`Basic ${btoa(`${encode(id)}:${encode(secret)}`)}`)
    expect(request.body).not.toContain('client_secret')
    expect(new URLSearchParams(request.body).get('refresh_token')).toBe('refresh-1')
  })

  it('a secret goes into the body (client_secret_post)', async () => {
    const request = await tokenRequestWith(clientSecretPost(secret), id)

    expect(request.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: id,
      client_secret: secret,
    })
  })

  it('another way of proving it sees the request about to be sent, and changes it', async () => {
    const seen: unknown[] = []
    const request = await tokenRequestWith(async ({ url: to, headers, body, clientId, clock }) => {
      seen.push({ to: new URL(to).pathname, clientId, now: typeof clock.now(), token: body.get('refresh_token') })
      body.set('client_assertion', 'signed')
      headers.set('x-assertion', '1')
    }, 'web')

    expect(seen).toEqual([{ to: '/token', clientId: 'web', now: 'number', token: 'refresh-1' }])
    expect(new URLSearchParams(request.body).get('client_assertion')).toBe('signed')
    expect(request.headers['x-assertion']).toBe('1')
  })

  it('a redirect is not followed: neither token nor secret goes there, and the error names its origin only (F23, A18, rule 11)', async () => {
    const elsewhere = await loopback((_, response) => response.end('{"access_token":"stolen"}'))
    for (const status of [301, 302, 303, 307, 308]) {
      const { client, logouts, server } = await onLoopback(none, 'web', (response) =>
        response.writeHead(status, { Location: `${elsewhere.origin}/token?key=hidden` }).end(),
      )

      const error = await rejection(client.fetch(`${server.origin}/me`))

      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(inspect(error)).toContain(elsewhere.origin)
      expect(inspect(error)).not.toContain('hidden')
      expect(logouts).toEqual([])
    }
    expect(elsewhere.requests).toHaveLength(0)
  })

  it('a redirect on its own origin is not followed, either (F23, rule 11)', async () => {
    const { client, server } = await onLoopback(none, 'web', (response) => response.writeHead(307, { Location: '/elsewhere' }).end())

    await rejection(client.fetch(`${server.origin}/me`))

    expect(server.requests.map(({ path }) => path)).toEqual(['/token'])
  })

  it('a cookie that the token endpoint sets comes back to nobody (F30)', async () => {
    const { client, server } = await onLoopback(none, 'web', (response) =>
      response.writeHead(200, { 'Set-Cookie': 'session=1' }).end('{"access_token":"access-2","expires_in":3600}'),
    )

    await client.refresh()
    await client.refresh()
    await client.fetch(`${server.origin}/me`)

    expect(server.requests).toHaveLength(3)
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined, undefined])
  })
})

describe('client authentication that goes wrong', () => {
  for (const [name, clientAuthentication] of [
    [
      'throws',
      () => {
        throw new Error('no key')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no key'))],
    ['hangs', () => new Promise<void>(() => {})],
  ] as [string, ClientAuthentication][]) {
    it(`${name}: no request is sent, the session stays, and it settles within the deadline (rule 7)`, async () => {
      const { client, login, app, inTime } = await signedIn({ standing: 'expired', clientAuthentication })

      const error = await rejection(inTime(client.fetch(url), 12_000))

      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(login.requests).toHaveLength(0)
      expect(app.logouts).toEqual([])
    })
  }

  it('proves it anew for the second presentation after an ambiguous failure (F4)', async () => {
    let proofs = 0
    const { client, login, inTime } = await signedIn({
      clientAuthentication: ({ body }) => body.set('client_assertion', `proof-${++proofs}`),
    })
    login.next(() => Promise.reject(new TypeError('fetch failed')))

    await inTime(client.refresh())

    const assertions = await Promise.all(
      login.tokenRequests.map(async ({ text }) => new URLSearchParams(await text).getAll('client_assertion')),
    )
    expect(assertions).toEqual([['proof-1'], ['proof-2']])
  })
})

describe('where globalThis.fetch leads back into the client', () => {
  const wrappers: [string, (client: AuthenticatedClient) => typeof globalThis.fetch][] = [
    ['is client.fetch', (client) => client.fetch],
    ['calls client.fetch', (client) => (input, init) => client.fetch(input, init)],
    [
      'applies client.fetch as Sentry does',
      (client) =>
        function (this: unknown, ...parameters: Parameters<typeof fetch>) {
          return client.fetch.apply(this, parameters)
        },
    ],
    [
      'calls client.fetch later',
      (client) => async (input, init) => {
        await Promise.resolve()
        return client.fetch(input, init)
      },
    ],
    [
      'calls client.fetch in another task',
      (client) => async (input, init) => {
        await new Promise((resolve) => setImmediate(resolve))
        return client.fetch(input, init)
      },
    ],
    ['calls client.fetch with a Request of its own', (client) => (input, init) => client.fetch(new Request(input, init))],
    [
      'adds a header on the way',
      (client) => (input, init) => client.fetch(input, { ...init, headers: [...new Headers(init?.headers), ['x-trace', '1']] }),
    ],
  ]

  for (const [name, wrap] of wrappers) {
    it(`because it ${name}: the fetch seen at construction is used, each request goes out once (F104)`, async () => {
      const { client, clock, login, resource } = onGlobalFetch()
      globalThis.fetch = notForEver(wrap(client))

      const response = await inTime(clock, globalThis.fetch(url))

      expect(response.status).toBe(200)
      expect(login.tokenRequests).toHaveLength(1)
      expect(login.tokenRequests[0]?.headers.has('authorization')).toBe(false)
      expect(shown(resource)).toEqual(['access-2'])
    })

    it(`because it ${name}: for 50 calls at once, through it and beside it, after a 401 (F104, F61)`, async () => {
      const { client, clock, login, resource } = onGlobalFetch()
      await inTime(clock, client.fetch(url))
      login.spoilAccessTokens()
      globalThis.fetch = notForEver(wrap(client))

      const through = Array.from({ length: 25 }, (_, index) => globalThis.fetch(`${url}?through=${index}`))
      const responses = await inTime(clock, Promise.all([...through, ...calls(client, 25)]))

      expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(200))
      expect(login.tokenRequests).toHaveLength(2)
      expect(resource.requests).toHaveLength(1 + 100)
    })
  }

  for (const [name, wrap] of wrappers) {
    it(`because it ${name}: while nobody is signed in (F104)`, async () => {
      const { clock, login, resource } = onGlobalFetch()
      const client = new AuthenticatedClient({ tokenEndpoint, clientId: 'web', allowedOrigins: ['https://api.example.com'], clock })
      globalThis.fetch = notForEver(wrap(client))

      const response = await inTime(clock, globalThis.fetch(url))

      expect(response.status).toBe(401)
      expect(shown(resource)).toEqual([null])
      expect(login.requests).toHaveLength(0)
    })
  }

  it('also where two clients take the place of it, one after the other (F104)', async () => {
    const one = onGlobalFetch()
    globalThis.fetch = one.client.fetch
    const two = new AuthenticatedClient({
      tokenEndpoint: 'https://login.other.example/token',
      clientId: 'web',
      allowedOrigins: ['https://api.other.example'],
      getTokens: () => null,
      saveTokens: () => {},
    })
    globalThis.fetch = notForEver(two.fetch)

    const response = await inTime(one.clock, globalThis.fetch(url))

    expect(response.status).toBe(200)
    expect(one.login.tokenRequests).toHaveLength(1)
    expect(shown(one.resource)).toEqual(['access-2'])
  })
})

describe('a grant of the app', () => {
  it('may have its fields on a prototype, also where the platform knows no cache modes', async () => {
    class Renewal {
      get method() {
        return 'POST'
      }
      get body() {
        return 'a=b'
      }
      readonly cache = 'no-store'
    }
    vi.stubGlobal(
      'Request',
      class extends Request {
        constructor(input: RequestInfo | URL, init?: RequestInit) {
          super(input, init)
          if (init?.cache) throw new Error('The cache field is not implemented')
        }
      },
    )
    onTestFinished(() => void vi.unstubAllGlobals())
    const sent: unknown[] = []
    const client = new AuthenticatedClient({
      baseUrl: 'https://api.example.com',
      grant: async (_, { fetch }) => {
        await fetch('https://login.example.com/renew', new Renewal() as RequestInit)
        return { accessToken: 'renewed' }
      },
      fetch: async (_, init) => {
        sent.push([init?.method, init?.body, init?.cache])
        return Response.json({})
      },
    })
    await client.setTokens({ accessToken: 'first' })

    await client.refresh()

    expect(sent).toEqual([['POST', 'a=b', undefined]])
  })
})

describe('globalThis.fetch', () => {
  it('is given copies: an init that a grant shares with the calls of the app does not make those pass for our own (F104)', async () => {
    const { client, clock, resource } = onGlobalFetch()
    client.dispose()
    const headers = { accept: 'application/json' }
    const init = { headers }
    const other = new AuthenticatedClient({
      grant: async (_, { fetch }) => {
        await fetch('https://login.example.com/renew', init)
        return { accessToken: 'renewed' }
      },
      allowedOrigins: ['https://api.example.com'],
      clock,
    })
    await other.setTokens({ accessToken: 'first' })
    await inTime(clock, other.refresh())

    await inTime(clock, other.fetch(url, init))
    await inTime(clock, other.fetch(url, { headers }))

    expect(new Set(shown(resource))).toEqual(new Set(['renewed']))
  })

  it('is looked up at each call: a wrapper that comes later sees token requests and calls (F105)', async () => {
    const { client, clock } = onGlobalFetch()
    const original = globalThis.fetch
    const seen: string[] = []
    globalThis.fetch = (input, init) => {
      seen.push(String(input))
      return original(input, init)
    }

    await inTime(clock, client.fetch(url))

    expect(seen).toEqual([tokenEndpoint, url])
  })

  it('is the newest wrapper at the time, and the old one again when that is gone (F105)', async () => {
    const { client, clock, resource } = onGlobalFetch()
    const original = globalThis.fetch
    await inTime(clock, client.fetch(url))

    globalThis.fetch = async () => new Response('mocked')
    const mocked = await client.fetch(url)
    globalThis.fetch = original
    const real = await client.fetch(url)

    expect(await mocked.text()).toBe('mocked')
    expect(real.status).toBe(200)
    expect(resource.requests).toHaveLength(2)
  })

  it('is never called detached from its owner in a way that browsers refuse', async () => {
    const strict = (send: FetchLike): typeof fetch =>
      function (this: unknown, input, init) {
        if (this !== undefined && this !== globalThis) throw new TypeError('Illegal invocation')
        return send(input, init)
      }
    const { client, clock } = onGlobalFetch(strict)
    const given = await signedIn({ standing: 'expired', through: strict })

    const responses = [await inTime(clock, client.fetch(url)), await given.inTime(given.client.fetch(url))]

    expect(responses.map(({ status }) => status)).toEqual([200, 200])
  })
})

/** A test that fails is better than one that fills the memory. */
function notForEver(send: typeof fetch): typeof fetch {
  let left = 1000
  return function (this: unknown, ...parameters) {
    if (left-- <= 0) throw new Error('Called for ever')
    return send.apply(this, parameters)
  }
}

/** A client without a `fetch` option, with an expired token, in a world where `globalThis.fetch` is the in-memory network. */
function onGlobalFetch(wrap: (send: FetchLike) => typeof fetch = (send) => send as typeof fetch) {
  const before = globalThis.fetch
  onTestFinished(() => {
    globalThis.fetch = before
  })
  const clock = testClock()
  const login = authorizationServer({ clock })
  const resource = api(login)
  globalThis.fetch = wrap(network(login, resource))
  let tokens: TokenSet | null = { ...login.signIn(), expiresAt: clock.now() - 1 }
  const client = new AuthenticatedClient({
    tokenEndpoint,
    clientId: 'web',
    allowedOrigins: ['https://api.example.com'],
    getTokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
    clock,
  })
  return { client, clock, login, resource }
}

async function onLoopback(clientAuthentication: ClientAuthentication, clientId: string, answer: (response: ServerResponse) => void) {
  const logouts: unknown[] = []
  const server = await loopback((request, response) => (request.path === '/token' ? answer(response) : response.end('me')))
  let tokens: TokenSet | null = { accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: 1 }
  const client = new AuthenticatedClient({
    tokenEndpoint: `${server.origin}/token`,
    clientId,
    clientAuthentication,
    getTokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
    onLogout: (event) => void logouts.push(event),
  })
  return { client, server, logouts }
}

/** The token request as a server gets it. */
async function tokenRequestWith(clientAuthentication: ClientAuthentication, clientId: string): Promise<Received> {
  const { client, server } = await onLoopback(clientAuthentication, clientId, (response) =>
    response.end('{"access_token":"access-2","token_type":"Bearer"}'),
  )
  await client.refresh()
  expect(server.requests).toHaveLength(1)
  return server.requests[0]!
}
