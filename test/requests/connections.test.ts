import { describe, expect, it, onTestFinished } from 'vitest'
import { deferred } from '../support/deferred'
import { loopback } from '../support/loopback'
import { pooledFetch, realWorld, refuseFirst } from './real-servers'

function pool(connections: number): ReturnType<typeof pooledFetch> {
  const fetch = pooledFetch(connections)
  onTestFinished(fetch.close)
  return fetch
}

describe('calls that share few connections with their refresh', () => {
  it.each([
    ['1 KiB', 1],
    ['60 KiB', 60],
    ['64 KiB', 64],
    ['256 KiB', 256],
  ])('all succeed: 64 calls over 4 connections whose 401s carry %s (F98, rule 8)', async (_, kibibytes) => {
    const { client, api, refreshes } = await realWorld(refuseFirst('x'.repeat(kibibytes * 1024)), { fetch: pool(4) })

    const texts = await Promise.all(
      Array.from({ length: 64 }, async (_call, index) => (await client.fetch(`${api.origin}/${index}`)).text()),
    )

    expect(new Set(texts)).toEqual(new Set(['hello']))
    expect(refreshes()).toBe(1)
  })

  it('succeed over a single connection (F98, rule 8)', async () => {
    const { client, api } = await realWorld(refuseFirst('x'.repeat(256 * 1024)), { fetch: pool(1) })

    const responses = await Promise.all(
      Array.from({ length: 8 }, async (_call, index) => {
        const response = await client.fetch(`${api.origin}/${index}`, { method: 'POST', body: 'hello' })
        return [response.status, await response.text()]
      }),
    )

    expect(responses).toEqual(Array.from({ length: 8 }, () => [200, 'hello']))
  })

  it('give their 401s back with status, headers, url and body when the refresh is refused (rule 8)', async () => {
    const login = await loopback((_, response) =>
      response.writeHead(400, { 'Content-Type': 'application/json' }).end('{"error":"invalid_grant"}'),
    )
    const { client, api } = await realWorld(refuseFirst('{"why":"expired"}'), { fetch: pool(2), tokenEndpoint: `${login.origin}/token` })

    const responses = await Promise.all(Array.from({ length: 8 }, (_, index) => client.fetch(`${api.origin}/${index}`)))

    for (const [index, response] of responses.entries()) {
      expect([response.status, response.url]).toEqual([401, `${api.origin}/${index}`])
      expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
      expect(await response.json()).toEqual({ why: 'expired' })
    }
    expect(login.requests).toHaveLength(1)
  })
})

describe('over real connections', () => {
  it('a 401 comes back even if no Response can be made with its reason phrase (rule 8)', async () => {
    const phrase = 'HTTP/1.1 401 Non autoris\xe9\r\nWWW-Authenticate: Bearer error="invalid_token"\r\nContent-Length: 7\r\n\r\nrefused'
    const login = await loopback((_, response) =>
      response.writeHead(400, { 'Content-Type': 'application/json' }).end('{"error":"invalid_grant"}'),
    )
    const { client, api } = await realWorld((_, { socket }) => void socket?.end(phrase, 'latin1'), {
      tokenEndpoint: `${login.origin}/token`,
    })

    const response = await client.fetch(api.origin)

    expect([response.status, response.statusText, await response.text()]).toEqual([401, 'Non autoris', 'refused'])
  })

  it('a body that grew during the call arrives as it was, twice (F83)', async () => {
    const { client, api } = await realWorld(refuseFirst())
    const body = new URLSearchParams({ a: '1' })

    const call = client.fetch(`${api.origin}/x`, { method: 'POST', body })
    body.append('b', '2')
    await call

    expect(api.requests.filter(({ path }) => path === '/x').map((request) => request.body)).toEqual(['a=1', 'a=1'])
  })

  it('a stream arrives once and whole, and its 401 comes back (F85)', async () => {
    const { client, api } = await realWorld(refuseFirst())

    const response = await client.fetch(`${api.origin}/x`, {
      method: 'POST',
      body: new Blob(['hello ', 'world']).stream(),
      duplex: 'half',
    } as RequestInit)

    expect([response.status, await response.text()]).toEqual([401, 'refused'])
    expect(api.requests.filter(({ path }) => path === '/x').map((request) => request.body)).toEqual(['hello world'])
  })

  it('a network error passes through as fetch gave it (rule 14)', async () => {
    const { client, api, refreshes } = await realWorld((_, response) => response.destroy())

    const failure = await client.fetch(`${api.origin}/x`, { method: 'POST', body: 'hello' }).catch((error: unknown) => error)

    expect(failure).toBeInstanceOf(TypeError)
    expect(failure).toMatchObject({ message: 'fetch failed' })
    expect(api.requests).toHaveLength(1)
    expect(refreshes()).toBe(0)
  })

  it('an abort after the headers reaches the body, of a first answer and of a replay (F95)', async () => {
    const { client, api } = await realWorld((request, response) => {
      if (request.path === '/replayed' && request.headers.authorization === 'Bearer access-1') return refuseFirst()(request, response)
      response.writeHead(200).write('hel')
    })
    for (const path of ['/replayed', '/first']) {
      const controller = new AbortController()
      const response = await client.fetch(`${api.origin}${path}`, { signal: controller.signal })
      const text = response.text()
      text.catch(() => {})

      const reason = new Error('changed my mind')
      controller.abort(reason)

      await expect(text).rejects.toBe(reason)
    }
  })

  it('an abort while a request is under way closes it at the server (F95)', async () => {
    const gone = deferred()
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const { client, api } = await realWorld((_, response) => {
      response.on('close', gone.resolve)
      controller.abort(reason)
    })

    await expect(client.fetch(`${api.origin}/x`, { signal: controller.signal })).rejects.toBe(reason)

    await gone.promise
  })
})
