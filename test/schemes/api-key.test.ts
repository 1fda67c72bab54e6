import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import { apiKey, maskApiKey } from 'authenticated-client/api-key'
import { testClock } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { clientOf, ok, origin, refuse } from './client'

const key = 'sk_live_0123456789abcdefghij'

describe('apiKey', () => {
  it('goes in a header of its own', async () => {
    const { client, requests } = clientOf({ scheme: apiKey({ key }) })
    await client.fetch('/me')

    expect([requests[0]?.headers.get('x-api-key'), requests[0]?.headers.get('authorization')]).toEqual([key, null])
  })

  it('goes behind an auth-scheme', async () => {
    const { client, authorizations } = clientOf({ scheme: apiKey({ key, scheme: 'ApiKey' }) })
    await client.fetch('/me')

    expect(authorizations()).toEqual([`ApiKey ${key}`])
  })

  it('goes in the query, behind what is there and before a fragment, and into no event', async () => {
    const { client, requests, events } = clientOf({ scheme: apiKey({ key, query: 'api key' }) })
    await client.fetch('/me')
    await client.fetch('/me?a=1#top')
    await client.fetch(new Request(`${origin}/notes`, { method: 'POST', body: 'x' }))

    expect(requests.map(({ url }) => url)).toEqual([
      `${origin}/me?api%20key=${key}`,
      `${origin}/me?a=1&api%20key=${key}#top`,
      `${origin}/notes?api%20key=${key}`,
    ])
    expect(await requests[2]?.text()).toBe('x')
    expect(JSON.stringify(await events())).not.toContain(key)
  })

  it.each([
    ['?api_key=mine', '?api_key=mine'],
    ['?page=2&api_key=mine#top', '?page=2&api_key=mine#top'],
    ['?a=1&api_key', '?a=1&api_key'],
    ['?', `?api_key=${key}`],
    ['?my_api_key=1&api_keys=2&a=api_key', `?my_api_key=1&api_keys=2&a=api_key&api_key=${key}`],
    ['?next=/x?api_key=1', `?next=/x?api_key=1&api_key=${key}`],
    ['#?api_key=mine', `?api_key=${key}#?api_key=mine`],
    ['?api%5Fkey=mine', '?api%5Fkey=mine'],
    ['?a=%E9&b', `?a=%E9&b&api_key=${key}`],
  ])('leaves a query alone that holds it already, as a link to the next page does (A57): %s is sent as %s', async (given, sent) => {
    const { client, requests } = clientOf({ scheme: apiKey({ key, query: 'api_key' }) })

    await client.fetch(`/me${given}`)

    expect(requests.map(({ url }) => url)).toEqual([`${origin}/me${sent}`])
  })

  it.each([
    ['api key', 'api+key'],
    ['k[a]', 'k[a]'],
    ['k[a]', 'k%5ba%5d'],
    ['schlüssel', 'schlüssel'],
  ])('%s is found in a query as %s', async (query, written) => {
    const { client, requests } = clientOf({ scheme: apiKey({ key, query }) })

    await client.fetch(`/me?${written}=mine`)

    expect(requests[0]?.url).not.toContain(key)
  })

  it('answers for no key that the caller has put into the query: neither refreshed nor sent again (A57)', async () => {
    let grants = 0
    const grant = Object.assign(async () => ({ accessToken: `key${++grants}` }), { needs: 'nothing' as const })
    const { client, requests } = clientOf({ scheme: apiKey({ query: 'key' }), grant }, refuse())

    const response = await client.fetch('/me?key=mine')

    expect([response.status, requests.length, grants]).toEqual([401, 1, 0])
  })

  it('goes in the query of a Request with a body where no Request shows whether it has one, as in Firefox', async () => {
    const { client, requests } = clientOf({ scheme: apiKey({ key, query: 'key' }) })
    const shown = Object.getOwnPropertyDescriptor(Request.prototype, 'body')!
    onTestFinished(() => void Object.defineProperty(Request.prototype, 'body', shown))
    Reflect.deleteProperty(Request.prototype, 'body')

    const request = () => new Request(`${origin}/notes`, { method: 'POST', body: 'x', headers: { 'content-type': 'text/x' } })
    await client.fetch(request())
    await client.fetch(request(), { body: '' })
    await client.fetch(request(), { headers: { 'x-trace': '1' } })

    expect(requests[2]?.headers.get('content-type')).toBeNull()
    expect(requests[0]?.url).toBe(`${origin}/notes?key=${key}`)
    expect(await Promise.all(requests.map((sent) => sent.text()))).toEqual(['x', '', 'x'])
    expect(requests[0]?.headers.get('content-type')).toBe('text/x')
  })

  it('goes in the query of a Request whose body goes out as it would without: with its length, and past redirects', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-length']} ${request.headers['content-type']}`)
      request.resume().on('end', () => response.writeHead(seen.length === 1 ? 307 : 200, { location: '/moved' }).end())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close().closeAllConnections())
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = new AuthenticatedClient({ baseUrl, scheme: apiKey({ key, query: 'key' }) })

    await client.fetch(new Request(`${baseUrl}/notes`, { method: 'POST', body: new Blob(['hello'], { type: 'text/x' }) }))

    expect(seen).toEqual([`POST /notes?key=${key} 5 text/x`, 'POST /moved 5 text/x'])
  })

  it('goes in the query of a Request whose body takes its time: an abort ends the wait (F95)', async () => {
    const { client, requests } = clientOf({ scheme: apiKey({ key, query: 'key' }) })
    const controller = new AbortController()
    const { signal } = controller
    const request = new Request(`${origin}/notes`, { method: 'POST', body: new ReadableStream(), signal, duplex: 'half' } as RequestInit)

    const call = client.fetch(request)
    controller.abort(new Error('enough'))

    await expect(call).rejects.toThrow('enough')
    expect(requests).toEqual([])
  })

  it('goes in the query of a Request no longer once its session is over, though its body was still being read', async () => {
    const { client, requests } = clientOf({
      scheme: apiKey({ query: 'key' }),
      store: memoryStore({ accessToken: 'of-alice', sessionId: 'alice' }),
    })
    let finish = (): void => {}
    const body = new ReadableStream({
      start: (controller) => {
        finish = () => controller.close()
      },
    })

    const call = client.fetch(new Request(`${origin}/notes`, { method: 'POST', body, duplex: 'half' } as RequestInit))
    await client.logout()
    finish()

    await expect(call).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(requests).toEqual([])
  })

  it('goes in the query of a Request whose body has no end after a second', async () => {
    const clock = testClock()
    const { client, requests } = clientOf({ scheme: apiKey({ key, query: 'key' }), clock })
    const request = new Request(`${origin}/notes`, { method: 'POST', body: new ReadableStream(), duplex: 'half' } as RequestInit)

    const call = client.fetch(request)
    await clock.advance(1_100)

    expect((await call).status).toBe(200)
    expect(requests).toHaveLength(1)
  })

  it('goes in the query of a Request where the platform takes no stream as a body, as in Safari', async () => {
    const Own = Request
    onTestFinished(() => void vi.unstubAllGlobals())
    vi.stubGlobal(
      'Request',
      class extends Own {
        constructor(input: RequestInfo | URL, init?: RequestInit) {
          if (init?.body instanceof ReadableStream) throw new TypeError('ReadableStream uploading is not supported')
          super(input, init)
        }
      },
    )
    const { client, requests } = clientOf({ scheme: apiKey({ key, query: 'key' }) })

    await client.fetch(new Request(`${origin}/notes`, { method: 'PUT', body: 'hello', headers: { 'x-trace': '1' } }))

    const [sent] = requests
    expect([sent?.url, sent?.method, sent?.headers.get('x-trace'), await sent?.text()]).toEqual([
      `${origin}/notes?key=${key}`,
      'PUT',
      '1',
      'hello',
    ])
  })

  it('goes in the query of a Request with more than a mebibyte, which is not held', async () => {
    const { client, requests } = clientOf({ scheme: apiKey({ key, query: 'key' }) })
    const body = 'x'.repeat(1024 * 1024 + 1)

    await client.fetch(new Request(`${origin}/notes`, { method: 'POST', body }))

    expect(requests.map(({ url }) => url)).toEqual([`${origin}/notes?key=${key}`])
    expect(await requests[0]?.text()).toHaveLength(body.length)
  })

  it('is asked for before every send', async () => {
    const keys = ['one', 'two']
    const { client, requests } = clientOf({ scheme: apiKey({ key: async () => keys.shift() ?? '' }) })
    await client.fetch('/me')
    await client.fetch('/me')

    expect(requests.map(({ headers }) => headers.get('x-api-key'))).toEqual(['one', 'two'])
  })

  it('is rotated by a grant, once for all who were refused', async () => {
    let grants = 0
    const { client, requests } = clientOf(
      {
        scheme: apiKey(),
        store: memoryStore({ accessToken: 'old', sessionId: 's' }),
        grant: async () => {
          grants++
          return { accessToken: 'new' }
        },
      },
      (request) => (request.headers.get('x-api-key') === 'new' ? ok(request) : refuse()(request)),
    )

    const responses = await Promise.all(Array.from({ length: 5 }, () => client.fetch('/me')))

    expect(responses.map(({ status }) => status)).toEqual(Array(5).fill(200))
    expect([grants, requests.length]).toEqual([1, 10])
  })

  it.each<[string, Request, RequestInit, string]>([
    ['its own body', new Request(`${origin}/notes`, { method: 'POST', body: 'hello' }), {}, 'hello'],
    ['a body of init', new Request(`${origin}/notes`), { method: 'POST', body: 'goodbye' }, 'goodbye'],
  ])('goes in the query of a Request again in a replay, with %s', async (_, request, init, body) => {
    let serial = 0
    const grant = Object.assign(async () => ({ accessToken: `key${++serial}` }), { needs: 'nothing' as const })
    const { client, requests } = clientOf({ scheme: apiKey({ query: 'key' }), grant }, refuse(), ok)

    expect((await client.fetch(request, init)).status).toBe(200)

    expect(requests.map(({ url }) => url)).toEqual([`${origin}/notes?key=key1`, `${origin}/notes?key=key2`])
    expect(await Promise.all(requests.map((sent) => sent.text()))).toEqual([body, body])
  })

  it('goes to no other origin, neither asked for nor redirected to (A1, A17)', async () => {
    const { client, requests } = clientOf(
      { scheme: apiKey({ key }) },
      () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example.com/' } }),
      ok,
    )
    await client.fetch('https://elsewhere.example.com/')
    await client.fetch('/me')

    const carried = requests.filter(({ headers }) => headers.has('x-api-key'))
    expect(carried.map(({ url }) => url)).toEqual([`${origin}/me`].slice(0, carried.length))
    expect(requests.at(-1)?.headers.has('x-api-key')).toBe(requests.at(-1)?.url === `${origin}/me`)
  })

  it.each([
    [{ key: '' }, /apiKey|one place/],
    [{ key: 42 as never }, /visible ASCII/],
    [{ key: 'a b' }, /visible ASCII/],
    [{ key: 'a\r\nb' }, /visible ASCII/],
    [{ key, header: 'X-Key', query: 'key' }, /one place/],
    [{ key, query: '' }, /one place/],
    [{ key, header: '' }, /one place/],
    [{ key, header: 'bad header' }, /header must be a token/],
    [{ key, scheme: 'bad scheme' }, /scheme must be a token/],
  ])('refuses %j', (options, message) => {
    expect(() => apiKey(options)).toThrow(message)
    expect(() => apiKey(options)).toThrow(TypeError)
  })

  it('sends nothing where the function that gives the key gives none', async () => {
    const unset = { API_KEY: undefined }
    const { client, requests } = clientOf({ scheme: apiKey({ key: () => unset.API_KEY as never }) }, ok)

    await expect(client.fetch('/me')).rejects.toThrow('apiKey: the key must be a non-empty string')

    expect(requests).toHaveLength(0)
  })

  it('is shown to people by its ends alone, and not at all where it is short', () => {
    expect([maskApiKey(key), maskApiKey('0123456789012345678')]).toEqual(['sk_l…ghij', '…'])
  })
})
