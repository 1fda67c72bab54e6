import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { realWorld, tokenIn } from '../requests/real-servers'
import { loopback } from '../support/loopback'

type Send = (response: ServerResponse, status: number, headers: Record<string, string>, body: string) => void

/** Ways in which a whole answer may come over a wire. */
const ways: Readonly<Record<string, Send>> = {
  'half a second late': (response, ...answer) => void setTimeout(() => plain(response, ...answer), 500),
  'byte by byte': (response, status, headers, body) => {
    response.writeHead(status, headers)
    let at = 0
    const drip = setInterval(() => {
      if (at < body.length) return void response.write(body.charAt(at++))
      clearInterval(drip)
      response.end()
    }, 1)
  },
  // Not after 100 Continue: Node's own fetch refuses one that it didn't ask for. It is among the faults of test/matrix.
  'after 102 Processing, twice': (response, ...answer) => {
    response.writeProcessing()
    response.writeProcessing()
    plain(response, ...answer)
  },
  'after 103 Early Hints': (response, ...answer) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    plain(response, ...answer)
  },
  'in gzip': compressed('gzip', gzipSync),
  'in deflate': compressed('deflate', deflateSync),
  'in brotli': compressed('br', brotliCompressSync),
  'up to the end of the connection, without a length': (response, status, headers, body) => {
    response.shouldKeepAlive = false
    response.useChunkedEncodingByDefault = false
    plain(response, status, headers, body)
  },
  'in chunks, with trailers': (response, status, headers, body) => {
    response.writeHead(status, { ...headers, trailer: 'server-timing' })
    for (const piece of body.match(/.{1,7}/gs) ?? []) response.write(piece)
    response.addTrailers({ 'server-timing': 'db;dur=53' })
    response.end()
  },
  'with the connection closed after it': (response, status, headers, body) =>
    plain(response, status, { ...headers, connection: 'close' }, body),
}

describe('an answer that comes', () => {
  describe.each(Object.entries(ways))('%s', (_, send) => {
    it('from the token endpoint is read like any other (F2, F14, F29)', async () => {
      const fields = { access_token: 'access-2', token_type: 'Bearer', refresh_token: 'refresh-2', expires_in: 3600 }
      const login = await loopback((_, response) => send(response, 200, { 'content-type': 'application/json' }, JSON.stringify(fields)))
      const { client, api } = await realWorld((request, response) => refuseFirst(plain, 'refused')(request, response), {
        tokenEndpoint: `${login.origin}/token`,
      })

      const response = await client.fetch(`${api.origin}/x`)

      expect([response.status, await response.text()]).toEqual([200, 'hello'])
      expect(login.requests).toHaveLength(1)
    })

    it('as a 401, with 1 KiB or 300 KiB, is cured by one refresh (F77, F98)', async () => {
      for (const size of [1_024, 300_000]) {
        // Byte by byte that would be five minutes, of which the client reads one second.
        const { client, api, refreshes } = await realWorld(refuseFirst(send, 'x'.repeat(size)))

        const response = await client.fetch(`${api.origin}/x`)

        expect([response.status, await response.text()]).toEqual([200, 'hello'])
        expect(refreshes()).toBe(1)
      }
    })
  })

  it.each<[string, Send]>([
    ['breaks off in the middle', broken((response) => response.socket?.resetAndDestroy())],
    ['is half-closed in the middle', broken((response) => response.socket?.end())],
    ['never ends', broken(() => {})],
    [
      'lies about its encoding',
      (response, status, headers, body) => plain(response, status, { ...headers, 'content-encoding': 'gzip' }, body),
    ],
    [
      'is a megabyte of HTML',
      (response, status, headers) => plain(response, status, { ...headers, 'content-type': 'text/html' }, '<p>'.padEnd(1e6)),
    ],
  ])('as a 401 whose body %s is cured all the same (F77, F98)', async (_, send) => {
    const { client, api, refreshes } = await realWorld(refuseFirst(send, 'refused'.repeat(99)))

    const response = await client.fetch(`${api.origin}/x`)

    expect([response.status, await response.text()]).toEqual([200, 'hello'])
    expect(refreshes()).toBe(1)
  })
})

function refuseFirst(
  send: Send,
  body: string,
): (request: Parameters<typeof tokenIn>[0], response: ServerResponse<IncomingMessage>) => void {
  return (request, response) => {
    if (tokenIn(request) === 'access-1') send(response, 401, { 'www-authenticate': 'Bearer error="invalid_token"' }, body)
    else response.end('hello')
  }
}

function plain(response: ServerResponse, status: number, headers: Record<string, string>, body: string): void {
  response.writeHead(status, headers).end(body)
}

function compressed(name: string, compress: (body: string) => Buffer): Send {
  return (response, status, headers, body) => response.writeHead(status, { ...headers, 'content-encoding': name }).end(compress(body))
}

function broken(leave: (response: ServerResponse) => void): Send {
  return (response, status, headers, body) => {
    response.writeHead(status, { ...headers, 'content-length': String(body.length) })
    response.write(body.slice(0, 100), () => leave(response))
  }
}
