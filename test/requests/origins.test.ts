import { AuthenticatedClient, bearer, type FetchLike } from 'authenticated-client'
import { apiKey } from 'authenticated-client/api-key'
import { describe, expect, it, onTestFinished } from 'vitest'
import { api, authorizationServer, json, network, openServer, unauthorized } from '../support/authorization-server'
import { quiet, testClock } from '../support/clock'
import { apiOrigin, expired, me, refused, refusedOnce, signedIn } from './world'

interface Sent {
  readonly url: string
  readonly authorization: string | null
}

/** A client whose wrapped fetch writes down what it was given, and understands URLs as this platform does. */
async function watched(
  allowed: string | readonly string[] = apiOrigin,
  baseUrl?: string,
): Promise<{ client: AuthenticatedClient; sent: Sent[] }> {
  const sent: Sent[] = []
  const fetch: FetchLike = (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    const url = input instanceof Request ? input.url : String(input)
    sent.push({ url: URL.canParse(url) ? new URL(url).href : url, authorization: headers.get('authorization') })
    return Promise.resolve(new Response('hello'))
  }
  const clock = testClock()
  const client = new AuthenticatedClient({
    tokenEndpoint: 'https://login.example.com/token',
    clientId: 'web',
    allowedOrigins: [allowed].flat(),
    ...(baseUrl && { baseUrl }),
    fetch,
    clock,
  })
  await client.setTokens({ accessToken: 'secret', refreshToken: 'refresh', expiresAt: clock.now() + 3600_000 })
  await quiet()
  return { client, sent }
}

/** The URLs that got the token, once `input` was fetched, whether that went well or not. */
async function whoGotTheToken(input: string, allowed?: string | readonly string[], baseUrl?: string): Promise<readonly string[]> {
  const { client, sent } = await watched(allowed, baseUrl)
  await client.fetch(input).catch(() => {})
  return sent.filter(({ authorization }) => authorization !== null).map(({ url }) => url)
}

describe('no token goes', () => {
  it.each([
    ['A1', 'https://evil.com/'],
    ['A1', 'https://example.com/'],
    ['A2', '//evil.com/x'],
    ['A2', '/\\evil.com/x'],
    ['A2', '\\\\evil.com/x'],
    ['A2', '\\/evil.com/x'],
    ['A2', '///evil.com/x'],
    ['A3', 'https:evil.com'],
    ['A3', 'https:/evil.com'],
    ['A3', 'http:evil.com'],
    ['A4', 'ht\ntps://ev\til.com/'],
    ['A4', '\u0000https://evil.com/'],
    ['A4', ' \thttps://evil.com/'],
    ['A4', '/\t/evil.com/'],
    ['A4', 'https://api.example.com\t.evil.com/'],
    ['A5', 'https://api.example.com@evil.com/'],
    ['A5', 'https://api.example.com%5C@evil.com/x@evil.com'],
    ['A5', 'https://api.example.com:443@evil.com/'],
    ['A5', 'https://api.example.com%2F@evil.com/'],
    ['A5', 'https://evil.com\\@api.example.com/'],
    ['A5', 'https://evil.com#@api.example.com/'],
    ['A5', 'https://evil.com?https://api.example.com/'],
    ['A6', 'https://api.example.com.evil.com/'],
    ['A6', 'https://evilapi.example.com/'],
    ['A6', 'https://x.api.example.com/'],
    ['A6', 'https://api.example.comevil.com/'],
    ['A6', 'https://api.example.com%2eevil.com/'],
    ['A6', 'https://api-example.com/'],
    ['A7', 'https://api.example.com:8443/'],
    ['A7', 'https://api.example.com:80/'],
    ['A7', 'https://api.example.com:4433/'],
    ['A8', 'http://api.example.com/'],
    ['A8', 'http://api.example.com:443/'],
    ['A9', 'https://аpi.example.com/'],
    ['A9', 'https://api.example.com./'],
    ['A9', 'https://api.exаmple.com/'],
    ['A10', 'blob:https://api.example.com/5f1d1f6e'],
    ['A11', 'data:text/plain,https://api.example.com/'],
    ['A11', 'javascript://api.example.com/%0aalert(1)'],
    ['A11', 'file://api.example.com/etc/passwd'],
    ['A11', 'wss://api.example.com/'],
    ['A11', 'ftp://api.example.com/'],
    ['A11', 'https+evil://api.example.com/'],
    ['A12', 'https://2130706433/'],
  ])('to another origin (%s): %j', async (_, input) => {
    expect(await whoGotTheToken(input)).toEqual([])
  })

  it.each([
    ['A2', '//evil.com/x'],
    ['A2', '/\\evil.com/x'],
    ['A2', '\\\\evil.com/x'],
    ['A4', '/\t/evil.com/'],
    ['A4', '\n//evil.com/'],
    ['A3', 'http:/me'],
    ['A3', 'http:me'],
    ['A5', '//api.example.com@evil.com/'],
    ['A11', 'javascript:alert(1)'],
  ])('to another origin through a relative input with a baseUrl (%s): %j', async (_, input) => {
    expect(await whoGotTheToken(input, [], `${apiOrigin}/v1/`)).toEqual([])
  })

  it.each([
    'https://user:password@api.example.com/',
    'https://user@api.example.com/',
    'https://@evil.com/',
    'https://:password@api.example.com/',
  ])('into a URL with userinfo (A5): %s', async (input) => {
    expect(await whoGotTheToken(input)).toEqual([])
  })

  it.each([
    ['A12', 'http://[::ffff:127.0.0.1]:8080/'],
    ['A12', 'http://[::1]:8080/'],
    ['A12', 'http://127.0.0.2:8080/'],
    ['A12', 'http://localhost:8080/'],
    ['A12', 'http://127.0.0.1.evil.com:8080/'],
    ['A7', 'http://127.0.0.1:8081/'],
    ['A7', 'http://127.0.0.1/'],
    ['A8', 'https://127.0.0.1:8080/'],
  ])('to another address than the allowed one (%s): %s', async (_, input) => {
    expect(await whoGotTheToken(input, 'http://127.0.0.1:8080')).toEqual([])
  })
})

describe('the token goes to another spelling of the allowed origin, and to that alone', () => {
  it.each([
    ['A4', 'ht\ntps://api.exam\tple.com/me', me],
    ['A5', 'https://api.example.com\\@evil.com/', `${apiOrigin}/@evil.com/`],
    ['A6', 'https://api%2eexample.com/me', me],
    ['A7', 'https://api.example.com:443/me', me],
    ['A9', 'https://api。example。com/me', me],
    ['A9', 'https://ａｐｉ.example.com/me', me],
    ['A9', 'https://a\u00adpi.example.com/me', me],
    ['A9', 'HTTPS://API.EXAMPLE.COM/me', me],
  ])('(%s) %j', async (_, input, url) => {
    expect(await whoGotTheToken(input)).toEqual([url])
  })

  it.each(['http://127.1:8080/me', 'http://2130706433:8080/me', 'http://0x7f.1:8080/me', 'http://0177.0.0.1:8080/me'])(
    '(A12) %s',
    async (input) => {
      expect(await whoGotTheToken(input, 'http://127.0.0.1:8080')).toEqual(['http://127.0.0.1:8080/me'])
    },
  )

  it.each([apiOrigin, `${apiOrigin}/`, 'https://API.example.com:443'])('(option) %s', async (allowed) => {
    expect(await whoGotTheToken(me, allowed)).toEqual([me])
    expect(await whoGotTheToken('https://evil.com/', allowed)).toEqual([])
  })
})

describe('another origin, where origins are configured', () => {
  it('gets the call untouched: same input, same init, and an event says so (rule 10)', async () => {
    const server = openServer('https://elsewhere.example.com')
    const { client, events } = await signedIn({ servers: [server] })
    const init: RequestInit = { method: 'POST', headers: { 'X-Trace': '1' }, body: 'hello', credentials: 'include' }

    const response = await client.fetch('https://elsewhere.example.com/x?secret=1', init)

    expect(response.status).toBe(200)
    const [sent] = server.requests
    expect([sent?.method, sent?.request.credentials, await sent?.text]).toEqual(['POST', 'include', 'hello'])
    expect(Object.fromEntries(sent!.headers)).toEqual({ 'x-trace': '1', 'content-type': 'text/plain;charset=UTF-8' })
    const withheld = (await events()).filter(({ type }) => type === 'credentials-withheld')
    expect(withheld).toMatchObject([{ url: 'https://elsewhere.example.com/x', reason: 'origin' }])
  })

  it('waits for no refresh, and causes none (rule 10)', async () => {
    const server = openServer('https://elsewhere.example.com')
    const { client, login } = await expired({ servers: [server] })

    const call = client.fetch('https://elsewhere.example.com/x')

    expect(server.requests).toHaveLength(1)
    expect((await call).status).toBe(200)
    expect(login.tokenRequests).toHaveLength(0)
  })

  it("gets the caller's own Authorization, which the caller meant for it (A57)", async () => {
    const server = openServer('https://elsewhere.example.com')
    const { client } = await signedIn({ servers: [server] })

    await client.fetch('https://elsewhere.example.com/', { headers: { Authorization: 'Custom mine' } })

    expect(server.requests[0]?.headers.get('authorization')).toBe('Custom mine')
  })

  it('gets a call with mode no-cors as it is', async () => {
    const server = openServer('https://elsewhere.example.com')
    const { client } = await signedIn({ servers: [server] })

    const response = await client.fetch('https://elsewhere.example.com/', { mode: 'no-cors' })

    expect(response.status).toBe(200)
    expect(server.requests[0]?.request.mode).toBe('no-cors')
  })
})

describe('where no origin is configured', () => {
  const unconfigured = async (fetch: FetchLike): Promise<AuthenticatedClient> => {
    const clock = testClock()
    const client = new AuthenticatedClient({ tokenEndpoint: 'https://login.example.com/token', clientId: 'web', fetch, clock })
    await client.setTokens({ accessToken: 'secret', refreshToken: 'refresh', expiresAt: clock.now() + 3600_000 })
    await quiet()
    return client
  }

  it.each([
    ['elsewhere', me, `Credentials may not go to ${me}: add its origin to allowedOrigins`],
    ['to a relative URL, outside of a page,', '/me', 'Give an absolute URL, or set baseUrl'],
  ])('a call %s rejects with a TypeError that says what to add, and nothing is sent (rule 10)', async (_where, input, message) => {
    const server = openServer(apiOrigin)
    const client = await unconfigured(network(server))

    const call = client.fetch(input)

    await expect(call).rejects.toThrow(new TypeError(message))
    expect(server.requests).toHaveLength(0)
  })

  it('a call to a data: URL rejects with a TypeError that does not repeat what is in it (A28)', async () => {
    const client = await unconfigured(network())

    await expect(client.fetch('data:text/plain,secret')).rejects.toThrow(/^((?!secret).)*$/)
  })

  it.each([
    ['https://login.example.com/index.php?route=token', 'https://login.example.com/index.php?route=orders', 'Bearer secret'],
    ['https://login.example.com/index.php?route=token', 'https://login.example.com/index.php?route=token', null],
    ['https://login.example.com/token', 'https://login.example.com/token?x=1', null],
    ['https://Login.example.com:443/token', 'https://login.example.com/token', null],
    ['https://login.example.com/a/token', 'https://login.example.com/a/./token', null],
    ['https://login.example.com/a/token', 'https://login.example.com/a/x/../token?x=1', null],
    ['https://login.example.com/a/token', 'https://login.example.com/x/%2E./a/token', null],
    ['https://login.example.com/a/token', 'https://login.example.com/a\\token', null],
    ['https://login.example.com/a/token', 'https://login.example.com/a/to\tken ', null],
    ['https://login.example.com/ü', 'https://login.example.com/ü', null],
    ['https://login.example.com/%C3%BC', 'https://login.example.com/ü', null],
    ['https://login.example.com/a/token', 'https://login.example.com/a/./orders', 'Bearer secret'],
  ])('the token endpoint %s gets no token, whatever its query and spelling: %s gets %s (row 1)', async (tokenEndpoint, url, expected) => {
    const server = openServer('https://login.example.com')
    const client = new AuthenticatedClient({ tokenEndpoint, clientId: 'web', fetch: network(server) })
    await client.setTokens({ accessToken: 'secret' })

    await client.fetch(url)

    expect(server.requests[0]?.headers.get('authorization')).toBe(expected)
  })

  it("the token endpoint's own origin is allowed (rule 10)", async () => {
    const server = openServer('https://login.example.com')
    const client = await unconfigured(network(server))

    await client.fetch('https://login.example.com/userinfo')

    expect(server.requests[0]?.headers.get('authorization')).toBe('Bearer secret')
  })

  it("the page's own origin is allowed where baseUrl is '', as a bundler leaves an unset variable", async () => {
    Object.defineProperty(globalThis, 'location', { value: new URL('https://app.example.com/a/b'), configurable: true })
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'location'))
    const server = openServer('https://app.example.com')
    const { client } = await signedIn({ servers: [server], baseUrl: '', allowedOrigins: null })

    await client.fetch('me')

    expect(server.requests.map(({ url }) => url)).toEqual(['https://app.example.com/a/me'])
  })

  it("the page's own origin is allowed (rule 10)", async () => {
    Object.defineProperty(globalThis, 'location', { value: new URL('https://app.example.com/a/b'), configurable: true })
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'location'))
    const server = openServer('https://app.example.com')
    const client = await unconfigured(network(server))

    await client.fetch('https://app.example.com/x')

    expect(server.requests[0]?.headers.get('authorization')).toBe('Bearer secret')
  })

  it('a relative URL resolves against the base that the page names at that time, as with fetch (`<base href>`)', async () => {
    const document = { baseURI: 'https://app.example.com/' }
    for (const [name, value] of Object.entries({ location: new URL('https://app.example.com/users/1'), document })) {
      Object.defineProperty(globalThis, name, { value, configurable: true })
      onTestFinished(() => void Reflect.deleteProperty(globalThis, name))
    }
    const server = openServer('https://app.example.com')
    const client = await unconfigured(network(server))

    await client.fetch('api/me')
    document.baseURI = 'https://app.example.com/v2/'
    await client.fetch('api/me')
    document.baseURI = 'https://cdn.example.com/'
    const elsewhere = client.fetch('api/me')

    await expect(elsewhere).rejects.toThrow(TypeError)
    expect(server.requests.map(({ url }) => url)).toEqual(['https://app.example.com/api/me', 'https://app.example.com/v2/api/me'])
  })
})

describe('an insecure origin', () => {
  const make = (origin: string, allowInsecureOrigins?: boolean): AuthenticatedClient =>
    new AuthenticatedClient({
      tokenEndpoint: 'https://login.example.com/token',
      clientId: 'web',
      allowedOrigins: [origin],
      allowInsecureOrigins,
    })

  it.each(['http://api.example.com', 'http://192.168.1.1', 'http://localhost.evil.com', 'http://127.0.0.1.evil.com', 'http://0.0.0.0'])(
    'is refused by the constructor: %s (A8, rule 10)',
    (origin) => {
      expect(() => make(origin)).toThrow(TypeError)
      expect(() => make(origin)).toThrow('allowInsecureOrigins')
    },
  )

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000', 'http://127.1'])(
    'on this machine is allowed: %s (rule 10)',
    (origin) => {
      expect(() => make(origin)).not.toThrow()
    },
  )

  it('is allowed by allowInsecureOrigins, and gets the token (rule 10)', async () => {
    const clock = testClock()
    const login = authorizationServer({ clock })
    const service = api(login, 'http://api.internal.example')
    const client = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [service.origin],
      allowInsecureOrigins: true,
      fetch: network(login, service),
      clock,
    })
    await client.setTokens(login.signIn())

    expect((await client.fetch('http://api.internal.example/me')).status).toBe(200)
  })
})

describe('mode no-cors', () => {
  it.each([
    ['init', (): readonly [RequestInfo, RequestInit?] => [me, { mode: 'no-cors' }]],
    ['a Request', (): readonly [RequestInfo, RequestInit?] => [new Request(me, { mode: 'no-cors' })]],
  ])('in %s is a TypeError for an allowed origin: the browser would drop the token without a word (F73)', async (_, args) => {
    const { client, service } = await signedIn()

    const failure = await client.fetch(...args()).catch((error: unknown) => error)

    expect(failure).toBeInstanceOf(TypeError)
    expect(String(failure)).toContain('no-cors')
    expect(service.requests).toHaveLength(0)
  })
})

describe('a polluted prototype', () => {
  it.each([
    ['no headers', {}],
    ['a record', { headers: { 'X-Trace': '1' } }],
  ])('puts no header of its own into a call with %s (A56)', async (_, init) => {
    const { client, service, authorizations } = await refusedOnce()
    for (const name of ['authorization', 'Authorization', 'x-evil']) {
      Object.defineProperty(Object.prototype, name, { value: 'Evil', configurable: true, enumerable: true, writable: true })
    }

    try {
      await client.fetch(me, init)
    } finally {
      for (const name of ['authorization', 'Authorization', 'x-evil']) Reflect.deleteProperty(Object.prototype, name)
    }

    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(service.requests.map(({ headers }) => headers.has('x-evil'))).toEqual([false, false])
  })

  it('asks the token endpoint for no more than was meant (A56)', async () => {
    const { client, login } = await refusedOnce()
    const names = ['scope', 'resource', 'claims', 'parameters']
    for (const name of names)
      Object.defineProperty(Object.prototype, name, { value: 'https://evil.example', configurable: true, writable: true })

    try {
      await client.fetch(me)
    } finally {
      for (const name of names) Reflect.deleteProperty(Object.prototype, name)
    }

    expect([...new URLSearchParams(await login.tokenRequests[0]?.text).keys()].sort()).toEqual(['client_id', 'grant_type', 'refresh_token'])
  })

  it.each([
    ['a method', { method: 'PUT' }, 'PUT'],
    ['nothing', {}, undefined],
  ])('neither beats nor adds to an init with %s, in both sends (A56)', async (_, init, method) => {
    const seen: unknown[] = []
    const { client } = await signedIn({
      fetch: async (input, sent) => {
        if (String(input).endsWith('/token')) return json(200, { access_token: 'access-2', token_type: 'Bearer' })
        return seen.push(sent?.method) === 1 ? unauthorized(refused) : json(200, {})
      },
    })
    Object.defineProperty(Object.prototype, 'method', { value: 'DELETE', configurable: true, writable: true })

    try {
      await client.fetch(me, init)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'method')
    }

    expect(seen).toEqual([method, method])
  })

  it.each([
    ['query', 'evil=1'],
    ['credentials', 'include'],
    ['copy', Promise.resolve(undefined)],
  ])('adds no %s of its own to a call, and keeps none from being sent again (A56)', async (name, value) => {
    const seen: unknown[] = []
    const { client } = await signedIn({
      fetch: async (input, sent) => {
        if (String(input).endsWith('/token')) return json(200, { access_token: 'access-2', token_type: 'Bearer' })
        return seen.push([input, Object.hasOwn(sent ?? {}, 'credentials')]) === 1 ? unauthorized(refused) : json(200, {})
      },
    })
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })

    try {
      await client.fetch(me)
    } finally {
      Reflect.deleteProperty(Object.prototype, name)
    }

    expect(seen).toEqual([
      [me, false],
      [me, false],
    ])
  })

  it.each([
    ['a scheme that follows redirects by hand', apiKey({ key: 'k'.repeat(20) })],
    ['a scheme that follows none', { ...bearer(), headers: ['x-proof'] }],
  ])('neither adds to a call with %s, nor has it follow any (A56)', async (_, scheme) => {
    const seen: RequestInit[] = []
    const { client } = await signedIn({
      scheme,
      fetch: async (_input, init = {}) => {
        seen.push({ ...init, method: init.method ?? 'GET' })
        return new Response()
      },
    })
    const polluted = { method: 'DELETE', redirect: 'manual' }
    for (const [name, value] of Object.entries(polluted))
      Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })

    try {
      await client.fetch(me)
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }

    expect(seen).toEqual([expect.objectContaining({ method: 'GET', redirect: 'manual' })])
  })

  it("does not beat the caller's headers (A56)", async () => {
    const sent: unknown[] = []
    const { client } = await signedIn({
      fetch: async (_input, init) => {
        sent.push(...new Headers(init?.headers))
        return new Response()
      },
    })
    Object.defineProperty(Object.prototype, 'headers', { value: { 'x-evil': '1' }, configurable: true, writable: true })

    try {
      await client.fetch(me, { headers: { 'x-own': '1' } })
    } finally {
      Reflect.deleteProperty(Object.prototype, 'headers')
    }

    expect(sent).toEqual([
      ['authorization', 'Bearer access-1'],
      ['x-own', '1'],
    ])
  })
})

describe("the caller's Authorization", () => {
  it.each([
    ['a Headers', { headers: new Headers({ AUTHORIZATION: 'Custom mine' }) }],
    ['a record', { headers: { aUtHoRiZaTiOn: 'Custom mine' } }],
    ['tuples', { headers: [['authorization', 'Custom mine']] as [string, string][] }],
  ])('in %s is sent as it is, never beside or under ours (A57, A16)', async (_, init) => {
    const { client, authorizations, events } = await signedIn()

    await client.fetch(me, init)

    expect(authorizations()).toEqual(['Custom mine'])
    expect(await events()).toContainEqual(expect.objectContaining({ type: 'credentials-withheld', reason: 'caller' }))
  })

  it('in a Request is sent as it is (A57)', async () => {
    const { client, authorizations } = await signedIn()

    await client.fetch(new Request(me, { headers: { Authorization: 'Custom mine' } }))

    expect(authorizations()).toEqual(['Custom mine'])
  })

  it('waits for no refresh, and causes none (A57)', async () => {
    const { client, service, login } = await expired()

    const call = client.fetch(me, { headers: { Authorization: 'Custom mine' } })

    expect(service.requests).toHaveLength(1)
    expect((await call).status).toBe(401)
    expect(login.tokenRequests).toHaveLength(0)
  })
})

describe('a wildcard', () => {
  it.each(['https://*.example.com', '*', 'https://*'])('is refused as an allowed origin: %s (A13)', (origin) => {
    expect(() => new AuthenticatedClient({ allowedOrigins: [origin] })).toThrow(/allowedOrigins/)
  })
})
