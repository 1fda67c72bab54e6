import { type AuthScheme, type ClientEvent, followRedirects } from 'authenticated-client'
import { basic } from 'authenticated-client/basic'
import { digest } from 'authenticated-client/digest'
import { describe, expect, it } from 'vitest'
import { quiet } from '../support/clock'
import { type Loopback, loopback } from '../support/loopback'
import { type RealWorld, realWorld, refuseFirst, tokenIn } from './real-servers'

const hello = (): Promise<Loopback> => loopback((_, response) => void response.end('hello'))

/** Redirects `/start` to wherever `target` says then; answers `hello` to all else. */
async function redirecting(target: () => string, status = 302, options: Parameters<typeof realWorld>[1] = {}): Promise<RealWorld> {
  return realWorld((request, response) => {
    if (request.path === '/start') response.writeHead(status, { Location: target() }).end()
    else response.end('hello')
  }, options)
}

/** A key in a header of its own, which no platform takes off. */
const keyScheme: AuthScheme = {
  name: '',
  headers: ['x-api-key'],
  usesTokens: false,
  redirects: followRedirects,
  attach: (request) => request.headers.set('x-api-key', 'the-key'),
}

const statuses = [301, 302, 303, 307, 308]

describe('a redirect to another origin', () => {
  it.each(statuses)('by %i takes no token along (A14)', async (status) => {
    const elsewhere = await hello()
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, status)

    const response = await client.fetch(`${api.origin}/start`)

    expect(await response.text()).toBe('hello')
    expect(api.requests.map(tokenIn)).toEqual(['access-1'])
    expect(elsewhere.requests).toHaveLength(1)
    expect(JSON.stringify(elsewhere.requests)).not.toContain('access-')
  })

  it('takes no token along in a replay either (A14)', async () => {
    const elsewhere = await hello()
    const { client, api, refreshes } = await realWorld((request, response) => {
      if (tokenIn(request) === 'access-1') response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end()
      else response.writeHead(302, { Location: `${elsewhere.origin}/x` }).end()
    })

    const response = await client.fetch(`${api.origin}/start`)

    expect(await response.text()).toBe('hello')
    expect(refreshes()).toBe(1)
    expect(JSON.stringify(elsewhere.requests)).not.toContain('access-')
  })

  it('and its 401 are given back: what another origin says causes no refresh (F75, row 3)', async () => {
    const rows: number[] = []
    const elsewhere = await loopback((_, response) =>
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end('who?'),
    )
    const { client, api, refreshes } = await redirecting(() => `${elsewhere.origin}/x`, 302, {
      onEvent: (event: ClientEvent) => event.type === 'decision' && rows.push(event.row),
    })

    const response = await client.fetch(`${api.origin}/start`)
    await quiet()

    expect([response.status, response.url, await response.text()]).toEqual([401, `${elsewhere.origin}/x`, 'who?'])
    expect(elsewhere.requests).toHaveLength(1)
    expect(refreshes()).toBe(0)
    expect(rows).toEqual([3])
  })

  it.each([
    ['Basic', basic({ username: 'u', password: 'p' }, { preemptive: false })],
    ['Digest', digest({ username: 'u', password: 'p' })],
  ])('and its %s challenge are nothing to remember: the next call goes out bare (F75, RFC 9110 §11.5)', async (_, scheme) => {
    const elsewhere = await loopback((_, response) =>
      response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="evil", nonce="evil", qop="auth", Basic realm="evil"' }).end(),
    )
    const { client, api } = await redirecting(() => elsewhere.origin, 302, { scheme })

    const response = await client.fetch(`${api.origin}/start`)
    await client.fetch(`${api.origin}/public`)

    expect(response.status).toBe(401)
    expect(api.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/start', undefined],
      ['/public', undefined],
    ])
  })

  it('tells nothing about the clock of our server: what the scheme knows of that stays (F75)', async () => {
    const offsets: (number | undefined)[] = []
    const scheme: AuthScheme = {
      name: 'Signed',
      headers: ['authorization'],
      usesTokens: false,
      attach(request, _, { serverTimeOffset }) {
        offsets.push(serverTimeOffset)
        request.setHeader('authorization', 'Signed x')
      },
    }
    const elsewhere = await loopback((_, response) => response.writeHead(200, { Date: new Date(1e12).toUTCString() }).end())
    const { client, api } = await redirecting(() => elsewhere.origin, 302, { scheme })

    for (const path of ['/ok', '/start', '/ok']) await client.fetch(api.origin + path)

    expect(offsets[0]).toBeUndefined()
    expect(offsets.slice(1).every((offset) => Math.abs(offset ?? Infinity) < 60_000)).toBe(true)
  })

  it('and back does not bring the token back (A15)', async () => {
    let home = ''
    const elsewhere = await loopback((_, response) => response.writeHead(302, { Location: `${home}/end` }).end())
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`)
    home = api.origin

    const response = await client.fetch(`${api.origin}/start`)

    expect(await response.text()).toBe('hello')
    expect(api.requests.map((request) => [request.path, tokenIn(request)])).toEqual([
      ['/start', 'access-1'],
      ['/end', undefined],
    ])
    expect(JSON.stringify(elsewhere.requests)).not.toContain('access-')
  })

  it('sends a body that can be read only once to no second place, empty: it is a network error, as with fetch (F86)', async () => {
    const elsewhere = await hello()
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, 307, { scheme: keyScheme })
    const body = (async function* () {
      yield new TextEncoder().encode('hello')
    })()

    const call = client.fetch(`${api.origin}/start`, { method: 'POST', body, duplex: 'half' } as unknown as RequestInit)

    await expect(call).rejects.toThrow(TypeError)
    expect(elsewhere.requests).toEqual([])
  })

  it.each([307, 308])('by %i takes the body along, as fetch does, without the token (A14)', async (status) => {
    const elsewhere = await hello()
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, status)

    await client.fetch(`${api.origin}/start`, { method: 'POST', body: 'a body' })

    expect(elsewhere.requests.map(({ method, body }) => [method, body])).toEqual([['POST', 'a body']])
    expect(elsewhere.requests[0]?.headers.authorization).toBeUndefined()
  })
})

describe('a redirect within the origin', () => {
  it.each(statuses)('by %i takes the token along', async (status) => {
    const { client, api } = await redirecting(() => '/end', status)

    const response = await client.fetch(`${api.origin}/start`)

    expect([response.status, response.redirected, response.url]).toEqual([200, true, `${api.origin}/end`])
    expect(api.requests.map(tokenIn)).toEqual(['access-1', 'access-1'])
  })

  it('to a 401 replays the original request, with its method and body (F76)', async () => {
    const { client, api, refreshes } = await realWorld((request, response) => {
      if (request.path === '/start') response.writeHead(307, { Location: '/end' }).end()
      else refuseFirst()(request, response)
    })

    const response = await client.fetch(`${api.origin}/start`, { method: 'PUT', body: 'a body' })

    expect(await response.text()).toBe('hello')
    expect(refreshes()).toBe(1)
    const calls = api.requests.filter(({ path }) => path !== '/token')
    expect(calls.map((request) => [request.method, request.path, request.body, tokenIn(request)])).toEqual([
      ['PUT', '/start', 'a body', 'access-1'],
      ['PUT', '/end', 'a body', 'access-1'],
      ['PUT', '/start', 'a body', 'access-2'],
      ['PUT', '/end', 'a body', 'access-2'],
    ])
  })
})

describe("the caller's redirect mode", () => {
  it('manual gives the redirect back and follows nothing, without a refresh (F74)', async () => {
    const elsewhere = await hello()
    const { client, api, refreshes } = await redirecting(() => `${elsewhere.origin}/x`)

    const response = await client.fetch(`${api.origin}/start`, { redirect: 'manual' })
    const plain = await fetch(`${api.origin}/start`, { redirect: 'manual' })

    expect([response.status, response.type]).toEqual([plain.status, plain.type])
    expect(elsewhere.requests).toHaveLength(0)
    expect(refreshes()).toBe(0)
  })

  it('error rejects, as fetch does, and follows nothing (F74)', async () => {
    const elsewhere = await hello()
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`)

    await expect(client.fetch(`${api.origin}/start`, { redirect: 'error' })).rejects.toThrow(TypeError)

    expect(api.requests).toHaveLength(1)
    expect(elsewhere.requests).toHaveLength(0)
  })
})

describe('a key in a header of its own', () => {
  const withKey = { scheme: keyScheme }

  it('follows no redirect at all where its scheme does not say how (rule 10, A17)', async () => {
    const elsewhere = await hello()
    const { redirects: _, ...plainScheme } = keyScheme
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, 302, { scheme: plainScheme })

    await expect(client.fetch(`${api.origin}/start`)).rejects.toThrow(TypeError)

    expect(elsewhere.requests).toHaveLength(0)
  })

  it.each<[string, (url: string) => Parameters<typeof fetch>]>([
    ['a mode in init', (url) => [url, { redirect: 'follow' }]],
    ['an empty mode in init', (url) => [url, { redirect: undefined } as object]],
    ['a Request', (url) => [new Request(url)]],
    ['a Request as init', (url) => [url, new Request(url)]],
    ['a mode that says no more than the Request', (url) => [new Request(url), { redirect: 'follow' }]],
  ])('follows none either where the caller gave %s (rule 10, A17)', async (_, inputs) => {
    const elsewhere = await hello()
    const { redirects: __, ...plainScheme } = keyScheme
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, 302, { scheme: plainScheme })

    await expect(client.fetch(...inputs(`${api.origin}/start`))).rejects.toThrow(TypeError)

    expect(elsewhere.requests).toHaveLength(0)
  })

  it.each<[string, (url: string) => Parameters<typeof fetch>]>([
    ['init', (url) => [url, { redirect: 'manual' }]],
    ['a Request', (url) => [new Request(url, { redirect: 'manual' })]],
  ])('gives the redirect back, as fetch does, where %s says manual (rule 10, F74)', async (_, inputs) => {
    const elsewhere = await hello()
    const { redirects: __, ...plainScheme } = keyScheme
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, 302, { scheme: plainScheme })

    const response = await client.fetch(...inputs(`${api.origin}/start`))

    expect(response.status).toBe(302)
    expect(elsewhere.requests).toHaveLength(0)
  })

  it.each(statuses)('never follows a redirect by %i to another origin; the call goes on without it (rule 10, A17)', async (status) => {
    const elsewhere = await hello()
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, status, withKey)

    const response = await client.fetch(`${api.origin}/start`)

    expect(await response.text()).toBe('hello')
    expect(response.url).toBe(`${elsewhere.origin}/x`)
    expect(api.requests.map(({ headers }) => headers['x-api-key'])).toEqual(['the-key'])
    expect(elsewhere.requests).toHaveLength(1)
    expect(JSON.stringify(elsewhere.requests)).not.toContain('the-key')
  })

  it('does not come back after a foreign hop (rule 10, A15)', async () => {
    let home = ''
    const elsewhere = await loopback((_, response) => response.writeHead(302, { Location: `${home}/end` }).end())
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, 302, withKey)
    home = api.origin

    await client.fetch(`${api.origin}/start`)

    expect(api.requests.map(({ path, headers }) => [path, headers['x-api-key']])).toEqual([
      ['/start', 'the-key'],
      ['/end', undefined],
    ])
  })

  it.each(statuses)('follows a redirect by %i within the origin (rule 10)', async (status) => {
    const { client, api } = await redirecting(() => '/end', status, withKey)

    const response = await client.fetch(`${api.origin}/start`)

    expect([response.status, response.url, await response.text()]).toEqual([200, `${api.origin}/end`, 'hello'])
    expect(api.requests.map(({ headers }) => headers['x-api-key'])).toEqual(['the-key', 'the-key'])
  })

  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'a body'],
    [308, 'POST', 'a body'],
  ])('leaves method and body of a POST to the rules of fetch: %i becomes %s (rule 10)', async (status, method, body) => {
    const { client, api } = await redirecting(() => '/end', status, withKey)

    await client.fetch(`${api.origin}/start`, { method: 'POST', body: 'a body', headers: { 'Content-Type': 'text/x-own' } })

    const target = api.requests.at(-1)
    expect([target?.path, target?.method, target?.body, target?.headers['x-api-key']]).toEqual(['/end', method, body, 'the-key'])
    expect(target?.headers['content-type']).toBe(method === 'POST' ? 'text/x-own' : undefined)
  })

  it.each([307, 308])('takes the body of a Request along by %i, as fetch does (rule 9, rule 10)', async (status) => {
    const { client, api } = await redirecting(() => '/end', status, withKey)

    await client.fetch(new Request(`${api.origin}/start`, { method: 'POST', body: 'a body' }))

    expect(api.requests.map(({ path, method, body }) => [path, method, body])).toEqual([
      ['/start', 'POST', 'a body'],
      ['/end', 'POST', 'a body'],
    ])
  })

  it('follows a POST by 302 as a GET also where a Request has the body (rule 10)', async () => {
    const { client, api } = await redirecting(() => '/end', 302, withKey)

    await client.fetch(new Request(`${api.origin}/start`, { method: 'POST', body: 'a body' }))

    expect(api.requests.map(({ path, method, body }) => [path, method, body])).toEqual([
      ['/start', 'POST', 'a body'],
      ['/end', 'GET', ''],
    ])
  })

  it('leaves the spelling of a method to fetch, also behind a redirect (rule 10)', async () => {
    const methods: (string | undefined)[] = []
    const follow = followRedirects(async (_, init) => {
      methods.push(init?.method)
      return methods[1] ? new Response() : new Response(null, { status: 307, headers: { Location: '/end' } })
    }, [])

    await follow('https://api.example.com/start', { method: 'report' })

    expect(methods).toEqual(['report', 'report'])
  })

  it('takes to another origin no header that is for the first one alone, and all others (A14, A15)', async () => {
    const sent: string[][] = []
    const follow = followRedirects(
      async (_, init) => {
        sent.push([...new Headers(init?.headers).keys()])
        return sent[1] ? new Response() : new Response(null, { status: 302, headers: { Location: 'https://elsewhere.example.com/' } })
      },
      ['x-api-key'],
    )
    const ofTheFirst = { Authorization: 'a', 'Proxy-Authorization': 'b', Cookie: 'c', Host: 'd', 'X-API-Key': 'e' }

    await follow('https://api.example.com/start', { headers: { ...ofTheFirst, Accept: 'f' } })

    expect(sent[1]).toEqual(['accept'])
  })

  it('says that it was redirected, as fetch does (rule 10)', async () => {
    const { client, api } = await redirecting(() => '/end', 302, withKey)

    expect((await client.fetch(`${api.origin}/start`)).redirected).toBe(true)
    expect((await client.fetch(`${api.origin}/end`)).redirected).toBe(false)
  })

  it('stays abortable by the signal of a Request behind a redirect (F95)', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { client, api } = await realWorld((request, response) => {
      if (request.path === '/start') response.writeHead(302, { Location: '/hang' }).end()
      else controller.abort(reason)
    }, withKey)

    await expect(client.fetch(new Request(`${api.origin}/start`, { signal: controller.signal }))).rejects.toBe(reason)
  })

  it.each(['data:text/plain,hello', 'blob', 'file:///etc/hostname', 'about:blank'])(
    'is a network error where a redirect leads to %s, as with fetch (rule 10)',
    async (scheme) => {
      const target = scheme === 'blob' ? URL.createObjectURL(new Blob(['hello'])) : scheme
      const { client, api } = await redirecting(() => target, 302, withKey)

      await expect(client.fetch(`${api.origin}/start`)).rejects.toThrow(TypeError)

      expect(api.requests).toHaveLength(1)
    },
  )

  it('takes no Authorization, Proxy-Authorization or Cookie of the caller to another origin either, as fetch does (rule 10, A17, A20)', async () => {
    const elsewhere = await hello()
    const { client, api } = await redirecting(() => `${elsewhere.origin}/x`, 302, withKey)
    const headers = { Authorization: 'Custom mine', 'Proxy-Authorization': 'Custom mine', Cookie: 'a=1', 'X-Trace': '1' }

    await client.fetch(`${api.origin}/start`, { headers })
    await fetch(`${api.origin}/start`, { headers })

    const [ours, plain] = elsewhere.requests
    expect(api.requests[0]?.headers).toMatchObject({ 'x-api-key': 'the-key', authorization: 'Custom mine' })
    expect(ours?.headers).toEqual(plain?.headers)
    expect(ours?.headers['x-trace']).toBe('1')
  })

  it('goes where the bytes of Location lead, as fetch does: raw UTF-8 (rule 10)', async () => {
    const { client, api } = await redirecting(() => Buffer.from('/ü?q=🌍').toString('latin1'), 302, withKey)

    await client.fetch(`${api.origin}/start`)

    expect(api.requests.map(({ path }) => path)).toEqual(['/start', '/%C3%BC?q=%F0%9F%8C%8D'])
  })

  it('goes where Location leads also on a platform that has decoded it (workerd): it is encoded once (rule 10)', async () => {
    const sent: string[] = []
    const follow = followRedirects(async (input) => {
      sent.push(String(input))
      return sent[1] ? new Response() : new Response(null, { status: 302, headers: { Location: '/ü/caf\xe9?q=%C3%A9' } })
    }, [])

    await follow('https://api.example.com/start')

    expect(sent).toEqual(['https://api.example.com/start', 'https://api.example.com/%C3%BC/caf%C3%A9?q=%C3%A9'])
  })

  it.each(['', 'a body'])('keeps the content type of a body by 307, as fetch does: %j (rule 9, rule 10)', async (body) => {
    const { client, api } = await redirecting(() => '/end', 307, withKey)

    await client.fetch(`${api.origin}/start`, { method: 'POST', body })

    const type = 'text/plain;charset=UTF-8'
    expect(api.requests.map(({ path, headers }) => [path, headers['content-type']])).toEqual([
      ['/start', type],
      ['/end', type],
    ])
  })

  it('keeps the content type of a GET by 303, as fetch does (rule 10)', async () => {
    const { client, api } = await redirecting(() => '/end', 303, withKey)

    await client.fetch(`${api.origin}/start`, { headers: { 'Content-Type': 'text/x-own' } })

    expect(api.requests.map(({ headers }) => headers['content-type'])).toEqual(['text/x-own', 'text/x-own'])
  })

  it('stops going round after 20 hops, as fetch does (rule 10)', async () => {
    const { client, api } = await redirecting(() => '/start', 302, withKey)

    const error = await client.fetch(`${api.origin}/start`).catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ cause: { message: expect.stringContaining('20') } })
    expect(api.requests).toHaveLength(21)
  })
})
