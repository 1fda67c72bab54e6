import { isAuthError } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { at, json, silence } from '../support/authorization-server.ts'
import { type App, rejection, shown, signedIn, url, type World } from './signed-in.ts'

/** What a token endpoint that doesn't mean "your session is over" can do. Each is a factory: a `Response` is read once. */
const faults: readonly [name: string, answer: () => Response | Promise<Response>][] = [
  ['F1: no answer', () => silence({} as never) as Promise<Response>],
  ['F2: headers, then a body that never ends', () => new Response(chunks('{"access_token":"x', 'never ends'))],
  ['F3: connection refused', () => networkError('ECONNREFUSED')],
  ['F3: name not resolved', () => networkError('ENOTFOUND')],
  ['F4: reset after the request was sent', () => networkError('ECONNRESET')],
  ['F4: reset in the middle of the answer', () => new Response(chunks('{"access_token":"x', 'breaks'))],
  ['F29: a kept-alive socket that the server had closed', () => networkError('UND_ERR_SOCKET')],
  ['F5: 500', () => html(500)],
  ['F5: 502', () => html(502)],
  ['F5: 503', () => html(503)],
  ['F5: 504', () => html(504)],
  ['F5: 520 of a CDN', () => html(520)],
  ['F5: 522 of a CDN', () => html(522)],
  ['F5: 599', () => html(599)],
  ['F5, F12: 500 with an OAuth error', () => json(500, { error: 'server_error' })],
  ['F5, F11: 500 with invalid_grant', () => json(500, { error: 'invalid_grant' })],
  ['F5, F11: 503 with invalid_grant', () => json(503, { error: 'invalid_grant' })],
  ['F6: 429 with Retry-After in seconds', () => new Response(null, { status: 429, headers: { 'Retry-After': '3' } })],
  ['F6: 429 with a garbled Retry-After', () => new Response(null, { status: 429, headers: { 'Retry-After': 'soon' } })],
  ['F6, F11: 429 with invalid_grant', () => json(429, { error: 'invalid_grant' })],
  ['F7: 408', () => html(408)],
  ['F7: 421', () => html(421)],
  ['F7: 425', () => html(425)],
  ['F8: 400 with HTML', () => html(400)],
  ['F8: 401 with HTML', () => html(401)],
  ['F8: 403 with HTML', () => html(403)],
  ['F8: 404 with HTML', () => html(404)],
  ['F8: 407 of a proxy', () => html(407)],
  ['F8: 511 of a captive portal', () => html(511)],
  ['F11: 403 with invalid_grant', () => json(403, { error: 'invalid_grant' })],
  ['F11: 404 with invalid_grant', () => json(404, { error: 'invalid_grant' })],
  ['F11: 400 with INVALID_GRANT', () => json(400, { error: 'INVALID_GRANT' })],
  ['F11: 400 with "invalid_grant "', () => json(400, { error: 'invalid_grant ' })],
  ['F11: 400 with invalid_grant in a list', () => json(400, { error: ['invalid_grant'] })],
  ['F11: 400 with invalid_grant in an object', () => json(400, { error: { code: 'invalid_grant' } })],
  ['F11: 200 with invalid_grant', () => json(200, { error: 'invalid_grant' })],
  ['F11: 400 with the code in another field', () => json(400, { code: 'invalid_grant', message: 'invalid_grant' })],
  ['F11: 400 with no body', () => new Response(null, { status: 400 })],
  ['F11: 400 with the word alone', () => new Response('invalid_grant', { status: 400 })],
  ['F12: 400 temporarily_unavailable', () => json(400, { error: 'temporarily_unavailable' })],
  ['F12: 400 server_error', () => json(400, { error: 'server_error' })],
  ['F12: 400 slow_down', () => json(400, { error: 'slow_down' })],
  ['F12: 400 with a word nobody knows', () => json(400, { error: 'computer_says_no' })],
  ['F13: 200 with HTML', () => html(200)],
  ['F14: 200 with truncated JSON', () => new Response('{"access_token":"x","token_type":"Bear')],
  ['F14: 200 with an empty body', () => new Response('')],
  ['F14: 200 in another charset', () => new Response(Buffer.from('{"access_token":"x"}', 'utf16le'))],
  ['F15: 200 with []', () => json(200, [])],
  ['F15: 200 with [{…}]', () => json(200, [{ access_token: 'x', token_type: 'Bearer' }])],
  ['F15: 200 with null', () => json(200, null)],
  ['F15: 200 with a string', () => json(200, 'access')],
  ['F15: 200 with a number', () => json(200, 42)],
  ['F15: 200 with true', () => json(200, true)],
  ['F16: 200 without access_token', () => json(200, { token_type: 'Bearer' })],
  ['F16: 200 with a number for access_token', () => json(200, { access_token: 12345, token_type: 'Bearer' })],
  ['F16: 200 with an object for access_token', () => json(200, { access_token: { value: 'x' }, token_type: 'Bearer' })],
  ['F16: 200 with an empty access_token', () => json(200, { access_token: '', token_type: 'Bearer' })],
  ['F16: 200 with a line break in access_token', () => json(200, { access_token: 'a\r\nX-Evil: 1', token_type: 'Bearer' })],
  ['F16: 200 with a space in access_token', () => json(200, { access_token: 'a b', token_type: 'Bearer' })],
  ['F16: 200 with a letter beyond ASCII in access_token', () => json(200, { access_token: 'tokén', token_type: 'Bearer' })],
  ['F16: 200 with access_token "="', () => json(200, { access_token: '=', token_type: 'Bearer' })],
  ['F17: 200 with token_type mac', () => json(200, { access_token: 'x', token_type: 'mac' })],
  ['F17: 200 with token_type DPoP that nobody asked for', () => json(200, { access_token: 'x', token_type: 'DPoP' })],
  ['F17: 200 with token_type N_A', () => json(200, { access_token: 'x', token_type: 'N_A' })],
  ['F22: 201', () => json(201, { access_token: 'x', token_type: 'Bearer' })],
  ['F22: 202', () => json(202, {})],
  ['F22: 203', () => json(203, { access_token: 'x', token_type: 'Bearer' })],
  ['F22: 204', () => new Response(null, { status: 204 })],
  ['F23: 302', () => new Response(null, { status: 302, headers: { Location: 'https://login.example.com/maintenance?x=1' } })],
  ['F23: 307', () => new Response(null, { status: 307, headers: { Location: 'https://evil.example/token' } })],
  [
    'F23: a redirect that the platform followed',
    () => at(json(200, { access_token: 'x', token_type: 'Bearer' }), 'https://evil.example/t'),
  ],
  ['F23: an answer of status 0', () => Response.error()],
  ['F24: refused by CORS', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['F25: larger than 64 KiB', () => json(200, { access_token: 'x', token_type: 'Bearer', padding: 'x'.repeat(70_000) })],
  ['F25: without end', () => new Response(flood())],
  [
    'a fetch that throws at once',
    () => {
      throw new TypeError('Failed to execute fetch')
    },
  ],
]

describe('a token endpoint that is out of order keeps the session, and the client recovers', () => {
  it('is shown for at least 30 faults', () => {
    expect(faults.length).toBeGreaterThan(60)
  })

  for (const [name, answer] of faults) {
    describe(name, () => {
      it('after a 401: the call rejects with RefreshUnavailableError, and the next succeeds once the fault is over', async () => {
        const world = await signedIn({ standing: 'refused' })
        world.login.always(answer)

        const error = await rejection(world.inTime(world.client.fetch(url)))

        expect(error).toMatchObject({ name: 'RefreshUnavailableError', code: 'ERR_REFRESH_UNAVAILABLE', retryAt: expect.any(Number) })
        expect(isAuthError(error)).toBe(true)
        expectKept(world, world.app)
        expect(shown(world.resource)).toEqual(['access-1'])
        await expectRecovery(world)
      })

      it('before the first send: a token that is not over is sent', async () => {
        const world = await signedIn({ standing: 'nearly spent' })
        world.login.always(answer)

        const response = await world.inTime(world.client.fetch(url))

        expect(response.status).toBe(200)
        expect(shown(world.resource)).toEqual(['access-1'])
        expect(world.login.tokenRequests.length).toBeGreaterThan(0)
        expectKept(world, world.app)
        await expectRecovery(world)
      })

      it('before the first send: a token that is over is not, the call rejects', async () => {
        const world = await signedIn({ standing: 'expired' })
        world.login.always(answer)

        const error = await rejection(world.inTime(world.client.fetch(url)))

        expect(error).toMatchObject({ name: 'RefreshUnavailableError' })
        expect(world.resource.requests).toHaveLength(0)
        expectKept(world, world.app)
        await expectRecovery(world)
      })
    })
  }
})

function expectKept({ client, login }: World, app: App): void {
  expect(app.logouts).toEqual([])
  expect(app.saved).toEqual([])
  expect(app.tokens).toMatchObject({ accessToken: 'access-1', refreshToken: 'refresh-1' })
  expect(client.state).toMatchObject({ status: 'authenticated' })
  expect(login.tokenRequests.length).toBeLessThanOrEqual(2)
}

async function expectRecovery({ client, clock, login, resource, app, inTime }: World): Promise<void> {
  login.always(undefined)
  login.spoilAccessTokens()
  await clock.advance(10_000)

  const response = await inTime(client.fetch(url))

  expect(response.status).toBe(200)
  expect(shown(resource).at(-1)).toBe('access-2')
  expect(app.tokens).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' })
  expect(app.logouts).toEqual([])
  expect(login.reuses).toBe(0)
}

function html(status: number): Response {
  return new Response('<!doctype html><title>Not now</title>', { status, headers: { 'Content-Type': 'text/html' } })
}

function networkError(code: string): Promise<Response> {
  return Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }))
}

function chunks(first: string, then: 'never ends' | 'breaks'): ReadableStream<Uint8Array> {
  let pulls = 0
  return new ReadableStream(
    {
      pull(controller) {
        if (pulls++ === 0) return controller.enqueue(new TextEncoder().encode(first))
        if (then === 'breaks') return controller.error(new TypeError('terminated'))
        return new Promise(() => {})
      },
    },
    { highWaterMark: 0 },
  )
}

function flood(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(32)) }, { highWaterMark: 0 })
}
