import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

/** What a token endpoint does while it is out of order. None of it says that a session is over. */
export type Fault = (response: ServerResponse, request: IncomingMessage) => void

/** The server listens no more. */
export const refused: Fault = (response) => response.destroy()

const page = '<!doctype html><title>Not now</title><p>Please try again later.'
const tokens = { access_token: 'x', token_type: 'Bearer', expires_in: 3600 }

const html = (status: number, headers: Record<string, string> = {}): Fault => {
  return (response) => response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(page)
}
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Fault => {
  return (response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
const raw = (status: number, headers: Record<string, string>, body?: string | Uint8Array): Fault => {
  return (response) => response.writeHead(status, headers).end(body)
}
const redirect = (status: number): Fault => raw(status, { location: '/maintenance' })
const text = JSON.stringify(tokens)
const typed = { 'content-type': 'application/json' }

export const faults: Readonly<Record<string, Fault>> = {
  // The network.
  'connection refused': refused,
  'reset before a word': ({ socket }) => socket?.resetAndDestroy(),
  'closed before a word': ({ socket }) => socket?.end(),
  'no answer': () => {},
  'reset after the headers': (response) => response.writeHead(200, typed).write(text.slice(0, 9), () => response.socket?.resetAndDestroy()),
  'half-close in the middle of the body': (response) =>
    response.writeHead(200, { ...typed, 'content-length': String(text.length) }).write(text.slice(0, 9), () => response.socket?.end()),
  'a body that never ends': (response) => void response.writeHead(200, typed).write(text.slice(0, 9)),
  'a body that drips': (response) => {
    response.writeHead(200, typed)
    const drip = setInterval(() => response.write(' '), 100)
    response.on('close', () => clearInterval(drip))
  },
  '100 Continue, and nothing after it': (response) => response.writeContinue(),
  'not HTTP': ({ socket }) => socket?.end('SSH-2.0-OpenSSH_9.6\r\n'),
  // "Not now", by status.
  ...Object.fromEntries([408, 421, 425, 429, 500, 501, 502, 503, 504, 520, 522, 530, 599].map((status) => [`${status}`, html(status)])),
  '429 with Retry-After': html(429, { 'retry-after': '1' }),
  '503 with Retry-After': html(503, { 'retry-after': '1' }),
  '429 in JSON': json(429, { error: 'rate_limit_exceeded', message: 'Too many requests' }),
  '500 in JSON': json(500, { error: 'server_error' }),
  '503 in JSON, without a reason': json(503, {}),
  // Somebody else answers: firewalls, proxies, portals, a deployment that is half done.
  '400 in HTML': html(400),
  '401 in HTML': html(401),
  '403 of a firewall, in HTML': html(403, { server: 'cloudflare' }),
  '403 of a gateway, in JSON': json(403, { message: 'Forbidden' }),
  '404 in HTML': html(404),
  '404 in JSON': json(404, { message: 'Not Found' }),
  '405': html(405),
  '407 of a proxy': html(407, { 'proxy-authenticate': 'Basic realm="proxy"' }),
  '413': html(413),
  '431': html(431),
  '451': html(451),
  '511 of a captive portal': html(511),
  '200 of a captive portal, in HTML': html(200),
  // Redirects to a page that says "maintenance".
  ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [`${status} to a page`, redirect(status)])),
  '300': raw(300, { location: '/maintenance' }, page),
  '304': raw(304, {}),
  '302 without Location': raw(302, {}),
  // OAuth errors that are not about this session.
  '400 temporarily_unavailable': json(400, { error: 'temporarily_unavailable' }),
  '400 server_error': json(400, { error: 'server_error' }),
  '400 slow_down': json(400, { error: 'slow_down' }),
  '400 with an unknown code': json(400, { error: 'maintenance' }),
  '401 invalid_client': json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic' }),
  '400 without a body': raw(400, {}),
  '401 without a body': raw(401, {}),
  // Answers that look well and hold nothing.
  '200 without a body': raw(200, typed),
  '204': raw(204, {}),
  '202 accepted': json(202, { status: 'pending' }),
  '200 with truncated JSON': raw(200, typed, text.slice(0, -9)),
  '200 with null': json(200, null),
  '200 with []': json(200, []),
  '200 with an error inside': json(200, { error: 'server_error' }),
  '200 without access_token': json(200, { token_type: 'Bearer', expires_in: 3600 }),
  '200 with an empty access_token': json(200, { ...tokens, access_token: '' }),
  '200 with another token_type': json(200, { ...tokens, token_type: 'mac' }),
  '200 with a megabyte of something else': raw(200, { 'content-type': 'text/html' }, page.padEnd(1_000_000)),
  '200 in text/plain': raw(200, { 'content-type': 'text/plain' }, 'OK'),
  '200 that claims to be gzip': raw(200, { ...typed, 'content-encoding': 'gzip' }, text),
  '200 in gzip, broken off': raw(200, { ...typed, 'content-encoding': 'gzip' }, gzipSync(text).subarray(0, 20)),
  '200 in gzip, 10 MB of blanks': raw(200, { ...typed, 'content-encoding': 'gzip' }, gzipSync(' '.repeat(10_000_000))),
  '200 in a content-encoding nobody knows': raw(200, { ...typed, 'content-encoding': 'zstd-2' }, 'garbage'),
}
