import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuthenticatedClient, type AuthScheme } from 'authenticated-client'
import { expect, it, onTestFinished } from 'vitest'
import { hmacScheme, signingClient } from '../../playground/recipes/signed-requests'
import { testClock } from '../support/clock'

it('a scheme of your own signs method, URL, body and the time of a server whose clock is an hour ahead', async () => {
  const { origin, refused } = await start()
  const client = await signingClient(origin, 'k1', 'shared')

  const first = await client.fetch('/notes?x=1', { method: 'POST', body: 'hello' })
  const second = await client.fetch('/a b/../me?y=2#here')

  expect([first.status, second.status, refused()]).toEqual([200, 200, 1])
})

it('is told that time also where another scheme is wrapped around it', async () => {
  const { origin, refused } = await start()
  const key = await crypto.subtle.importKey('raw', Buffer.from('shared'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const scheme = hmacScheme('k1', key)
  const wrapped: AuthScheme = { ...scheme, attach: (...given) => scheme.attach(...given) }
  const client = new AuthenticatedClient({ baseUrl: origin, scheme: wrapped })

  expect((await client.fetch('/me')).status).toBe(200)

  expect(refused()).toBe(1)
})

it('is told no time by a call that passed through to another origin', async () => {
  const { scheme, offsets } = told()
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example.com',
    scheme,
    fetch: async () => {
      const response = new Response('', { headers: { date: 'Thu, 01 Jan 2037 00:00:00 GMT' } })
      return Object.defineProperty(response, 'url', { value: 'https://api.example.com/' })
    },
  })

  await client.fetch('https://elsewhere.example/')
  await client.fetch('/me')
  await client.fetch('/me')

  expect(offsets).toEqual([undefined, expect.any(Number)])
})

it('knows how far ahead the server’s clock is though a cache gives answers of long ago; an answer that no cache keeps sets it back', async () => {
  const { scheme, offsets } = told()
  const clock = testClock()
  const dates = [60, 0, 0, 50, 50].map((ahead) => new Date(Math.floor(clock.now() / 1000 + ahead) * 1000).toUTCString())
  const fetch = async () => new Response('', { headers: { date: dates.shift() ?? '' } })
  const client = new AuthenticatedClient({ baseUrl: 'https://api.example.com', scheme, fetch, clock })

  for (const method of ['GET', 'GET', 'HEAD', 'POST', 'GET']) await client.fetch('/me', { method })

  const [, first = 0, ...others] = offsets
  expect(others).toEqual([first, first, first - 10_000])
  expect(Math.abs(first - 60_000)).toBeLessThan(1_000)
})

it('may add several parameters to the query', async () => {
  const scheme: AuthScheme = {
    name: '',
    headers: [],
    usesTokens: false,
    attach(request) {
      request.setQuery('ts', '1')
      request.setQuery('sig', 'a b')
    },
  }
  const sent: string[] = []
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example.com',
    scheme,
    fetch: async (url) => {
      sent.push(String(url))
      return new Response()
    },
  })

  await client.fetch('/me?x=1')

  expect(sent).toEqual(['https://api.example.com/me?x=1&ts=1&sig=a%20b'])
})

it('is sent again with the server’s time, and not for a signature that is wrong', async () => {
  const { origin, refused } = await start()
  const client = await signingClient(origin, 'k1', 'another secret')

  expect((await client.fetch('/me')).status).toBe(401)

  expect(refused()).toBe(2)
})

it.each([
  ['bytes', { body: new TextEncoder().encode('{"amount":1}') }],
  ['a blob', { body: new Blob(['x']) }],
  ['a stream', { body: new Blob(['x']).stream(), duplex: 'half' }],
])('never signs a POST with %s as an empty one', async (_, init) => {
  const client = await signingClient('http://127.0.0.1:1', 'k1', 'shared')

  await expect(client.fetch('/pay', { method: 'POST', ...init })).rejects.toThrow('need their body as a string')
})

it('never signs the body of a Request as an empty one', async () => {
  const client = await signingClient('http://127.0.0.1:1', 'k1', 'shared')

  const call = client.fetch(new Request('http://127.0.0.1:1/pay', { method: 'POST', body: '{"amount":1}' }))

  await expect(call).rejects.toThrow('need their body as a string')
})

async function start() {
  let refused = 0
  const hour = 3_600_000
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const now = Date.now() + hour
    response.setHeader('date', new Date(now).toUTCString())
    const time = String(request.headers['x-timestamp'])
    const text = [request.method, `http://${request.headers.host}${request.url}`, time, body].join('\n')
    const expected = `HMAC keyId="k1", signature="${createHmac('sha256', 'shared').update(text).digest('base64')}"`
    const isStale = Math.abs(Number(time) * 1000 - now) > 30_000
    if (!isStale && request.headers.authorization === expected) {
      response.end('{}')
      return
    }
    refused++
    response.writeHead(401, { 'www-authenticate': `HMAC error="${isStale ? 'stale' : 'invalid'}"` }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, refused: () => refused }
}

/** A scheme that is told the server's time, and what it was told. */
function told(): { readonly scheme: AuthScheme; readonly offsets: (number | undefined)[] } {
  const offsets: (number | undefined)[] = []
  const scheme: AuthScheme = {
    name: '',
    headers: [],
    usesTokens: false,
    attach(request, _, { serverTimeOffset }) {
      offsets.push(serverTimeOffset)
      request.setQuery('ts', '1')
    },
  }
  return { scheme, offsets }
}
