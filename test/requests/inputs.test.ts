import { describe, expect, it } from 'vitest'
import { at, json, unauthorized } from '../support/authorization-server'
import { anonymous, apiOrigin, me, refused, refusedOnce, signedIn } from './world'

describe('inputs', () => {
  it.each([
    ['a string', me],
    ['a URL', new URL(me)],
    ['a Request', new Request(me)],
    ['an object that turns into a string', { toString: () => me } as unknown as string],
  ])('sends %s to the URL it names', async (_, input) => {
    const { client, service } = await signedIn()

    const response = await client.fetch(input)

    expect(response.status).toBe(200)
    expect(service.requests.map(({ url, method }) => [method, url])).toEqual([['GET', me]])
  })

  it('sends exactly the string it was given where the string is of an allowed origin (rule 10)', async () => {
    const sent: unknown[] = []
    const { client } = await signedIn({
      fetch: (input) => {
        sent.push(input)
        return Promise.resolve(new Response('hello'))
      },
    })

    await client.fetch(`${apiOrigin}/a%2Fb/./c?q=ü&r=%20#part`)

    expect(sent).toEqual([`${apiOrigin}/a%2Fb/./c?q=ü&r=%20#part`])
  })

  it.each([
    [`${me}?`, me],
    [`${apiOrigin}?`, apiOrigin],
    [`${me}?q=why?`, `${me}?q=why?`],
    [`${me}?q=1?#part`, `${me}?q=1?#part`],
    [`${me}#why?`, `${me}#why?`],
    [`${me}#why?#`, `${me}#why?#`],
  ])(
    'sends an empty query without its mark, as not every platform sends that (Node 22), and no other change: %s as %s',
    async (url, sent) => {
      const inputs: unknown[] = []
      const { client } = await signedIn({
        fetch: (input) => {
          inputs.push(input)
          return Promise.resolve(new Response('hello'))
        },
      })

      await client.fetch(url)

      expect(inputs).toEqual([sent])
    },
  )

  it('sends a Request with an empty query as it is', async () => {
    const { client, service } = await refusedOnce()
    const request = new Request(`${me}?`, { method: 'PUT', headers: { 'X-Trace': '1' }, body: 'hello' })

    const response = await client.fetch(request)

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(2)
    for (const sent of service.requests) {
      expect([sent.url, sent.method, sent.headers.get('x-trace'), await sent.text]).toEqual([`${me}?`, 'PUT', '1', 'hello'])
    }
  })

  it('leaves the mark of an empty query to the caller who signs the request (A57)', async () => {
    const { client, service } = await signedIn()

    await client.fetch(`${me}?`, { headers: { Authorization: 'Custom signature' } })

    expect(service.requests.map(({ url }) => url)).toEqual([`${me}?`])
  })

  it.each([apiOrigin, `${apiOrigin}/`, `${apiOrigin}?q=1`, `${apiOrigin}#part`])(
    'knows the allowed origin in front of /, ?, # and the end: %s (rule 10)',
    async (url) => {
      const { client, authorizations } = await signedIn()

      await client.fetch(url)

      expect(authorizations()).toEqual(['Bearer access-1'])
    },
  )

  it('rejects with a TypeError for an invalid URL, as fetch does', async () => {
    const { client, service } = await signedIn()

    await expect(client.fetch('https://')).rejects.toThrow(TypeError)
    await expect(client.fetch('/relative')).rejects.toThrow(TypeError)

    expect(service.requests).toHaveLength(0)
  })
})

describe('a relative input', () => {
  it.each([me, '/me', 'me'])('may be in a Request: it is sent where it was checked (React Native, rule 10): %s', async (url) => {
    const sent: string[] = []
    const { client } = await signedIn({
      baseUrl: apiOrigin,
      fetch: async (input) => {
        sent.push((input as Request).url)
        return new Response('hello')
      },
    })
    const { method, headers, credentials, body } = new Request(me)

    await client.fetch({ url, method, headers, credentials, body } as Request)

    expect(sent).toEqual([me])
  })

  it.each([
    ['https://api.example.com/v1/', 'me', 'https://api.example.com/v1/me'],
    ['https://api.example.com/v1/', '/me', 'https://api.example.com/me'],
    ['https://api.example.com/v1/', './me', 'https://api.example.com/v1/me'],
    ['https://api.example.com/v1/x/', '../me', 'https://api.example.com/v1/me'],
    ['https://api.example.com/v1', 'me', 'https://api.example.com/me'],
    ['https://api.example.com/v1/', '?q=1', 'https://api.example.com/v1/?q=1'],
    ['https://api.example.com/v1/', '', 'https://api.example.com/v1/'],
    ['https://api.example.com', 'me', 'https://api.example.com/me'],
    ['https://api.example.com/v1/?old=1', 'me?q=1', 'https://api.example.com/v1/me?q=1'],
    ['https://api.example.com/v1/', '//api.example.com/me', 'https://api.example.com/me'],
    ['https://api.example.com/v1/', 'https://api.example.com/v2/me', 'https://api.example.com/v2/me'],
    ['https://api.example.com/v1/', '../../../me', 'https://api.example.com/me'],
  ])('resolves against baseUrl %s by RFC 3986: %j is %s', async (baseUrl, input, url) => {
    const { client, service } = await signedIn({ baseUrl, allowedOrigins: null })

    const response = await client.fetch(input)

    expect(response.status).toBe(200)
    expect(service.requests.map((request) => request.url)).toEqual([url])
  })

  it.each([
    ['https://bücher.example/v1/', '/me', 'https://xn--bcher-kva.example/me'],
    ['https://bücher.example/v1/', 'me', 'https://xn--bcher-kva.example/v1/me'],
    ['https://api.example.com ', '/me', 'https://api.example.com/me'],
    ['HTTPS://API.example.com', '/me', 'https://api.example.com/me'],
    ['http://127.1:3000', '/me', 'http://127.0.0.1:3000/me'],
    ['http://[0:0:0:0:0:0:0:1]:3000/v1/', '/me', 'http://[::1]:3000/me'],
    ['https://api.example.com:0443/v1/', '/me', 'https://api.example.com/me'],
  ])('resolves against baseUrl %j, whose normal spelling is another: %j is %s', async (baseUrl, input, url) => {
    const sent: unknown[] = []
    const { client } = await signedIn({
      baseUrl,
      allowedOrigins: null,
      fetch: (input) => {
        sent.push(input)
        return Promise.resolve(new Response('hello'))
      },
    })

    await client.fetch(input)

    expect(sent).toEqual([url])
  })

  it('resolves against a baseUrl given as a URL', async () => {
    const { client, service } = await signedIn({ baseUrl: new URL('https://api.example.com/v1/'), allowedOrigins: null })

    await client.fetch('me')

    expect(service.requests.map((request) => request.url)).toEqual(['https://api.example.com/v1/me'])
  })

  it('is sent to the same place again in a replay', async () => {
    const { client, service } = await refusedOnce({ baseUrl: 'https://api.example.com/v1/', allowedOrigins: null })

    const response = await client.fetch('me', { method: 'POST', body: 'hello' })

    expect(response.status).toBe(200)
    expect(service.requests.map((request) => request.url)).toEqual(['https://api.example.com/v1/me', 'https://api.example.com/v1/me'])
  })
})

describe('init over a Request', () => {
  it('sends method, headers and body of the Request where init leaves them out', async () => {
    const { client, service } = await refusedOnce()
    const request = new Request(me, { method: 'PATCH', headers: { 'X-Trace': '1', 'Content-Type': 'text/x-own' }, body: 'hello' })

    const response = await client.fetch(request)

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(2)
    for (const sent of service.requests) {
      expect(sent.method).toBe('PATCH')
      expect(sent.headers.get('x-trace')).toBe('1')
      expect(sent.headers.get('content-type')).toBe('text/x-own')
      expect(await sent.text).toBe('hello')
    }
  })

  it('lets init win, member by member, in both sends', async () => {
    const { client, service } = await refusedOnce()
    const request = new Request(me, { method: 'PATCH', headers: { 'X-Trace': '1' }, body: 'hello' })

    const response = await client.fetch(request, { method: 'PUT', body: 'goodbye' })

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(2)
    for (const sent of service.requests) {
      expect(sent.method).toBe('PUT')
      expect(sent.headers.get('x-trace')).toBe('1')
      expect(await sent.text).toBe('goodbye')
    }
  })

  it('sends an empty body of init in place of the one of the Request, in both sends, as fetch does', async () => {
    const { client, service } = await refusedOnce()

    const response = await client.fetch(new Request(me, { method: 'POST', body: 'hello' }), { body: '' })

    expect(response.status).toBe(200)
    expect(await Promise.all(service.requests.map(({ text }) => text))).toEqual(['', ''])
  })

  it("replaces the Request's headers, all of them, by those of init, as fetch does", async () => {
    const { client, service } = await signedIn()
    const request = new Request(me, { headers: { 'X-Trace': '1', Authorization: 'Custom mine' } })

    await client.fetch(request, { headers: { 'X-Other': '2' } })

    const { headers } = service.requests[0]!
    expect([headers.get('x-trace'), headers.get('x-other'), headers.get('authorization')]).toEqual([null, '2', 'Bearer access-1'])
  })

  it('uses a body of init in place of one that was read already, as fetch does (F87)', async () => {
    const { client, service } = await signedIn()
    const request = new Request(me, { method: 'POST', body: 'hello' })
    await request.text()

    const response = await client.fetch(request, { body: 'goodbye' })

    expect(response.status).toBe(200)
    expect(await service.requests[0]?.text).toBe('goodbye')
  })

  it('listens to the signal of the Request, and to that of init instead where there is one', async () => {
    const { client } = await signedIn()
    const ofRequest = AbortSignal.abort(new Error('of the Request'))

    const alone = client.fetch(new Request(me, { signal: ofRequest }))
    const replaced = client.fetch(new Request(me, { signal: ofRequest }), { signal: new AbortController().signal })
    const detached = client.fetch(new Request(me, { signal: ofRequest }), { signal: null })

    await expect(alone).rejects.toThrow('of the Request')
    expect((await replaced).status).toBe(200)
    expect((await detached).status).toBe(200)
  })
})

describe('init', () => {
  it('may be an instance of a class with getters, as fetch takes it', async () => {
    class Init implements RequestInit {
      get method(): string {
        return 'PUT'
      }
      get headers(): HeadersInit {
        return { 'X-Trace': '1' }
      }
      get body(): string {
        return 'hello'
      }
    }
    const { client, service } = await refusedOnce()

    const response = await client.fetch(me, new Init())

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(2)
    for (const sent of service.requests) {
      expect([sent.method, sent.headers.get('x-trace'), await sent.text]).toEqual(['PUT', '1', 'hello'])
    }
  })

  it('may have its members on a prototype of its own', async () => {
    const { client, service } = await refusedOnce()
    const defaults: RequestInit = { method: 'PUT', headers: { 'X-Trace': '1' }, body: 'hello' }

    const response = await client.fetch(me, Object.create(defaults) as RequestInit)

    expect(response.status).toBe(200)
    for (const sent of service.requests) {
      expect([sent.method, sent.headers.get('x-trace'), await sent.text]).toEqual(['PUT', '1', 'hello'])
    }
  })

  it('may be a Request: method, headers and body count, its URL does not', async () => {
    const { client, service } = await signedIn()
    const init = new Request('https://elsewhere.example.com/', { method: 'PUT', headers: { 'X-Trace': '1' }, body: 'hello' })

    const response = await client.fetch(me, init)

    expect(response.status).toBe(200)
    const [sent] = service.requests
    expect([sent?.url, sent?.method, sent?.headers.get('x-trace'), await sent?.text]).toEqual([me, 'PUT', '1', 'hello'])
  })

  it("keeps the caller's Authorization in an init that is a Request, and adds nothing (A57, row 1)", async () => {
    const { client, service, authorizations } = await refusedOnce()

    const response = await client.fetch(me, new Request(me, { headers: { Authorization: 'Custom mine' } }))

    expect(response.status).toBe(401)
    expect(service.requests).toHaveLength(1)
    expect(authorizations()).toEqual(['Custom mine'])
  })

  it('rejects the call where a getter of it throws, as with fetch', async () => {
    const { client } = await signedIn({ fetch: undefined })
    const init: RequestInit = {
      get headers(): HeadersInit {
        throw new Error('mine')
      },
    }

    const call = client.fetch(me, init)

    await expect(call).rejects.toThrow('mine')
  })

  it('is not judged by getters that no fetch reads, such as those of a NextRequest that say what to use instead', async () => {
    class NextRequest extends Request {
      get page(): string {
        throw new Error('page is removed')
      }
    }
    class NextRequestHint extends NextRequest {
      override get page(): string {
        throw new Error('page is for middleware')
      }
    }
    const { client, service } = await refusedOnce()

    const response = await client.fetch(me, new NextRequestHint('https://app.example.com/', { headers: { 'X-Trace': '1' } }))

    expect(response.status).toBe(200)
    expect(service.requests.map(({ headers }) => headers.get('x-trace'))).toEqual(['1', '1'])
  })

  it.each(['redirect', 'integrity', 'signal'])('rejects a call whose %s throws, as fetch does', async (name) => {
    const mine = new Error('not now')
    const init = Object.defineProperty({}, name, {
      enumerable: true,
      get() {
        throw mine
      },
    })
    const { client, service } = await signedIn()

    expect(await client.fetch(me, init).catch((error) => error)).toBe(mine)
    expect(service.requests).toEqual([])
  })

  it('may be null', async () => {
    const { client } = await signedIn()

    const response = await client.fetch(me, null as unknown as RequestInit)

    expect(response.status).toBe(200)
  })

  it.each([
    ['credentials', 'omit'],
    ['credentials', 'include'],
    ['mode', 'same-origin'],
    ['redirect', 'manual'],
    ['referrerPolicy', 'no-referrer'],
    ['integrity', 'sha256-deadbeef'],
    ['keepalive', true],
    ['cache', 'no-store'],
  ] as const)('leaves %s: %j as the caller set it, in both sends (A48)', async (member, value) => {
    const { client, service } = await refusedOnce()

    await client.fetch(me, { [member]: value })

    expect(service.requests.map(({ request }) => request[member])).toEqual([value, value])
  })

  it('chooses neither credentials nor mode where the caller chose none (A48)', async () => {
    const { client, service } = await refusedOnce()
    const plain = new Request(me)

    await client.fetch(me)

    expect(service.requests.map(({ request }) => [request.credentials, request.mode])).toEqual([
      [plain.credentials, plain.mode],
      [plain.credentials, plain.mode],
    ])
  })

  it('keeps credentials and mode of a Request (A48)', async () => {
    const { client, service } = await refusedOnce()

    await client.fetch(new Request(me, { credentials: 'include', mode: 'same-origin' }))

    expect(service.requests.map(({ request }) => [request.credentials, request.mode])).toEqual([
      ['include', 'same-origin'],
      ['include', 'same-origin'],
    ])
  })

  it.each([
    ['an allowed origin', me],
    ['another origin', 'https://elsewhere.example.com/x'],
  ])('keeps referrer and referrerPolicy of a Request to %s, as fetch does (rule 10, A37)', async (_, url) => {
    const sent: Request[] = []
    const { client } = await signedIn({
      fetch: (input, init) => {
        sent.push(new Request(input, init))
        return Promise.resolve(json(200, {}))
      },
    })
    const given = [{ referrerPolicy: 'no-referrer' }, { referrer: '' }, { referrer: `${apiOrigin}/from` }, {}] as const

    for (const init of given) await client.fetch(new Request(url, init))
    await client.fetch(new Request(url, given[0]), { referrerPolicy: 'origin' })

    const plain = [...given, { referrerPolicy: 'origin' } as const].map((init) => new Request(url, init))
    const seen = (requests: Request[]) => requests.map(({ referrer, referrerPolicy }) => [referrer, referrerPolicy])
    expect(seen(sent)).toEqual(seen(plain))
  })

  it('hands members that only this platform knows to the wrapped fetch, in both sends', async () => {
    const dispatcher = {}
    const seen: unknown[] = []
    const { client } = await signedIn({
      fetch: (input, init) => {
        if (String(input).endsWith('/token')) return Promise.resolve(json(200, { access_token: 'access-2', token_type: 'Bearer' }))
        seen.push((init as { dispatcher?: unknown } | undefined)?.dispatcher)
        return Promise.resolve(seen.length === 1 ? unauthorized(refused) : json(200, {}))
      },
    })

    await client.fetch(me, { dispatcher } as RequestInit)

    expect(seen).toEqual([dispatcher, dispatcher])
  })
})

it('treats an answer without a url as one from where it asked', async () => {
  const { client, service } = await refusedOnce()
  service.next(() => at(new Response('no', { status: 401 }), ''))

  const response = await client.fetch(me)

  expect(response.status).toBe(200)
  expect(service.requests).toHaveLength(2)
})

it('sends a call bare while nobody is signed in, and gives its 401 back', async () => {
  const { client, authorizations, login } = await anonymous()

  const response = await client.fetch(me)

  expect(response.status).toBe(401)
  expect(authorizations()).toEqual([null])
  expect(login.tokenRequests).toHaveLength(0)
})
