import { AuthenticatedClient, type ClientEvent, type TokenSet } from 'authenticated-client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { network, openServer } from '../support/authorization-server'
import { quiet } from '../support/clock'
import { apiOrigin, me, refusedOnce, signedIn } from './world'

const calls: readonly (readonly [string, () => readonly [RequestInfo | URL, RequestInit?]])[] = [
  ['a string alone', () => [me]],
  ['a URL', () => [new URL(me)]],
  ['a Request', () => [new Request(me)]],
  ['a Request with a body', () => [new Request(me, { method: 'POST', body: 'hello' })]],
  ['an empty init', () => [me, {}]],
  ['caller headers in a Headers', () => [me, { headers: new Headers({ 'X-Trace': '1' }) }]],
  ['caller headers in a record', () => [me, { headers: { 'X-Trace': '1' } }]],
  ['caller headers in tuples', () => [me, { headers: [['X-Trace', '1']] }]],
  ['a string body', () => [me, { method: 'POST', body: 'hello' }]],
  ['a URLSearchParams body', () => [me, { method: 'POST', body: new URLSearchParams({ a: '1' }) }]],
  ['a FormData body', () => [me, { method: 'POST', body: new FormData() }]],
  ['a Blob body', () => [me, { method: 'POST', body: new Blob(['hello']) }]],
  ['an ArrayBuffer body', () => [me, { method: 'POST', body: new ArrayBuffer(8) }]],
]

it.each(calls)('calls the wrapped fetch before client.fetch returns, given %s', async (_, args) => {
  const { client, service, authorizations } = await signedIn()

  const call = client.fetch(...args())

  expect(service.requests).toHaveLength(1)
  expect(authorizations()).toEqual(['Bearer access-1'])
  await call
})

it('calls the wrapped fetch before client.fetch returns when getTokens answers synchronously', async () => {
  const { login, service, clock } = await signedIn()
  let tokens: TokenSet | null = login.signIn()
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [apiOrigin],
    fetch: network(login, service),
    clock,
    getTokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
  })
  await client.fetch(me)
  await quiet()
  const before = service.requests.length

  const call = client.fetch(me)

  expect(service.requests).toHaveLength(before + 1)
  await call
})

it('waits for getTokens that answers with a promise, and then sends what it gave', async () => {
  const { login, service, clock } = await signedIn()
  const tokens = login.signIn()
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [apiOrigin],
    fetch: network(login, service),
    clock,
    getTokens: () => Promise.resolve(tokens),
    saveTokens: () => {},
  })

  const response = await client.fetch(me)

  expect(response.status).toBe(200)
  expect(service.requests[0]?.headers.get('authorization')).toBe(`Bearer ${tokens.accessToken}`)
})

it('gives back the very response of the wrapped fetch when nothing is to be done', async () => {
  const { client, service } = await signedIn()
  const answer = new Response('hello')
  service.next(() => answer)

  const response = await client.fetch(me)

  expect(response).toBe(answer)
})

it.each([
  ['a Headers', () => new Headers({ 'X-Trace': '1', Accept: 'text/plain' })],
  ['a record', () => ({ 'X-Trace': '1', Accept: 'text/plain' })],
  [
    'tuples',
    () => [
      ['X-Trace', '1'],
      ['Accept', 'text/plain'],
    ],
  ],
] as const)('adds the token to what the caller set in %s, and changes nothing else (A16)', async (_, headers) => {
  const { client, service } = await signedIn()

  await client.fetch(me, { headers: headers() as HeadersInit })

  expect(Object.fromEntries(service.requests[0]!.headers)).toEqual({
    'x-trace': '1',
    accept: 'text/plain',
    authorization: 'Bearer access-1',
  })
})

it.each([
  [
    'tuples that repeat a name',
    [
      ['X-Trace', '1'],
      ['x-trace', '2'],
    ],
    '1, 2',
  ],
  ['a Map', new Map([['X-Trace', '1']]), '1'],
  [
    'a Headers of somebody else',
    {
      *[Symbol.iterator]() {
        yield ['X-Trace', '1']
      },
    },
    '1',
  ],
])('reads headers as fetch does, from %s (A16)', async (_, headers, value) => {
  const { client, service } = await refusedOnce()

  await client.fetch(me, { headers: headers as unknown as HeadersInit })

  expect(service.requests.map((request) => [request.headers.get('x-trace'), request.headers.has('authorization')])).toEqual([
    [value, true],
    [value, true],
  ])
})

it.each([
  ['record', () => Object.freeze({ 'X-Trace': '1' })],
  ['tuples', () => Object.freeze([Object.freeze(['X-Trace', '1'])])],
] as const)("works with frozen objects and leaves the caller's %s as they were", async (_, make) => {
  const { client, service } = await refusedOnce()
  const headers = make()
  const before = JSON.stringify(headers)
  const init = Object.freeze({ method: 'POST', body: 'hello', headers: headers as unknown as HeadersInit })

  const response = await client.fetch(me, init)

  expect(response.status).toBe(200)
  expect(service.requests).toHaveLength(2)
  expect(JSON.stringify(headers)).toBe(before)
  expect(Object.keys(init)).toEqual(['method', 'body', 'headers'])
})

it("never puts the token into the caller's Headers, init, URL or Request", async () => {
  const { client } = await refusedOnce()
  const headers = new Headers({ 'X-Trace': '1' })
  const init: RequestInit = { method: 'PUT', headers, body: 'hello' }
  const url = new URL(me)
  const request = new Request(me, { headers: { 'X-Trace': '1' } })

  await client.fetch(url, init)
  await client.fetch(request)

  expect([...headers]).toEqual([['x-trace', '1']])
  expect(init).toEqual({ method: 'PUT', headers, body: 'hello' })
  expect(url.href).toBe(me)
  expect([...request.headers]).toEqual([['x-trace', '1']])
})

it('sends the headers as they were when client.fetch was called, whatever the caller does to them later', async () => {
  const { client, service } = await refusedOnce()
  const headers = new Headers({ 'X-Trace': '1' })

  const call = client.fetch(me, { headers })
  headers.set('X-Trace', '2')
  headers.set('X-More', '3')
  await call

  expect(service.requests).toHaveLength(2)
  expect(service.requests.map((request) => [request.headers.get('x-trace'), request.headers.get('x-more')])).toEqual([
    ['1', null],
    ['1', null],
  ])
})

it('works when fetch is taken off the client and called alone', async () => {
  const { client } = await signedIn()
  const { fetch } = client

  const response = await fetch(me)

  expect(response.status).toBe(200)
})

it('calls a wrapped fetch that insists on not being a method', async () => {
  const seen: unknown[] = []
  const { client } = await signedIn({
    fetch(this: unknown) {
      seen.push(this)
      return Promise.resolve(new Response('hello'))
    },
  })

  await client.fetch(me)

  expect(seen.every((receiver) => receiver === undefined || receiver === globalThis)).toBe(true)
})

it('looks globalThis.fetch up at each call, so that a later wrapper counts (F105)', async () => {
  const { login, clock } = await signedIn()
  const client = new AuthenticatedClient({ tokenEndpoint: login.tokenEndpoint, clientId: 'web', allowedOrigins: [apiOrigin], clock })
  await client.setTokens(login.signIn())
  const before = globalThis.fetch
  const seen: string[] = []

  try {
    globalThis.fetch = () => Promise.resolve(new Response('first'))
    seen.push(await (await client.fetch(me)).text())
    globalThis.fetch = () => Promise.resolve(new Response('second'))
    seen.push(await (await client.fetch(me)).text())
  } finally {
    globalThis.fetch = before
  }

  expect(seen).toEqual(['first', 'second'])
})

it('nor do its clients for single resources when it was installed as globalThis.fetch (F104)', async () => {
  const files = 'https://files.example.com'
  const { login, service, clock } = await signedIn()
  const server = openServer(files)
  const send = network(login, service, server)
  onTestFinished(() => void vi.unstubAllGlobals())
  vi.stubGlobal('fetch', send)
  const calls: string[] = []
  const onEvent = (event: ClientEvent): void => void (event.type === 'request' && calls.push(event.url))
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [apiOrigin],
    clock,
    onEvent,
  })
  await client.setTokens(login.signIn())
  vi.stubGlobal('fetch', client.fetch)

  const response = await client.forResource({ resource: files }).fetch(`${files}/a`)
  await quiet()

  expect(response.status).toBe(200)
  expect(server.requests[0]?.headers.get('authorization')).toMatch(/^Bearer /)
  expect(calls).toEqual([`${files}/a`])
})

it('does not call itself when it was installed as globalThis.fetch (F104)', async () => {
  const before = globalThis.fetch
  const { login, service, clock } = await signedIn()

  try {
    const send = network(login, service)
    // As a browser's: it wants no other `this` than its own.
    globalThis.fetch = function (this: unknown, ...args) {
      if (this !== undefined && this !== globalThis) throw new TypeError('Illegal invocation')
      return send(...args)
    }
    const client = new AuthenticatedClient({ tokenEndpoint: login.tokenEndpoint, clientId: 'web', allowedOrigins: [apiOrigin], clock })
    await client.setTokens(login.signIn())
    globalThis.fetch = client.fetch
    login.spoilAccessTokens()

    const response = await globalThis.fetch(me)

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(2)
    expect(login.refreshes).toBe(1)
  } finally {
    globalThis.fetch = before
  }
})

it('gives each send headers of its own: what a wrapped fetch does to them reaches no other call', async () => {
  const seen: (readonly [string, string])[][] = []
  const { client } = await signedIn({
    fetch: async (_input, init) => {
      const headers = init?.headers as Headers
      seen.push([...headers])
      headers.set('X-Trace', '1')
      headers.set('Authorization', 'Bearer mine')
      return new Response()
    },
  })

  await client.fetch(me)
  await client.fetch(me)
  await client.fetch(me, { headers: { 'X-Own': '2' } })

  const bare = [['authorization', 'Bearer access-1']]
  expect(seen).toEqual([bare, bare, [...bare, ['x-own', '2']]])
})

it('sends all fields of a scheme that sets several, once each, beside those of the caller', async () => {
  const { client, service } = await signedIn({
    scheme: [
      {
        name: 'DPoP',
        headers: ['authorization', 'dpop'],
        usesTokens: true,
        attach(request, tokens) {
          request.setHeader('authorization', `DPoP ${tokens?.accessToken}`)
          request.setHeader('dpop', 'first')
          request.setHeader('dpop', 'proof')
        },
        redirects: (fetch) => fetch,
      },
    ],
  })

  await client.fetch(me, { headers: { 'X-Own': '2' } })

  expect([...service.requests[0]!.headers]).toEqual([
    ['authorization', 'DPoP access-1'],
    ['dpop', 'proof'],
    ['x-own', '2'],
  ])
})
