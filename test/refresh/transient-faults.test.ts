import { isAuthError } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { at, json, silence } from '../support/authorization-server.ts'
import { type App, rejection, shown, signedIn, url, type World } from './signed-in.ts'

/** What a token endpoint that doesn't mean "your session is over" can do. Each is a factory: a `Response` is read once. */
const faults: readonly [name: string, answer: () => Response | Promise<Response>][] = [
  ['no answer (F1)', () => silence({} as never) as Promise<Response>],
  ['headers, then a body that never ends (F2)', () => new Response(chunks('{"access_token":"x', 'never ends'))],
  ['connection refused (F3)', () => networkError('ECONNREFUSED')],
  ['name not resolved (F3)', () => networkError('ENOTFOUND')],
  ['reset after the request was sent (F4)', () => networkError('ECONNRESET')],
  ['reset in the middle of the answer (F4)', () => new Response(chunks('{"access_token":"x', 'breaks'))],
  ['a kept-alive socket that the server had closed (F29)', () => networkError('UND_ERR_SOCKET')],
  ['500 (F5)', () => html(500)],
  ['502 (F5)', () => html(502)],
  ['503 (F5)', () => html(503)],
  ['504 (F5)', () => html(504)],
  ['520 of a CDN (F5)', () => html(520)],
  ['522 of a CDN (F5)', () => html(522)],
  ['599 (F5)', () => html(599)],
  ['500 with an OAuth error (F5, F12)', () => json(500, { error: 'server_error' })],
  ['500 with invalid_grant (F5, F11)', () => json(500, { error: 'invalid_grant' })],
  ['503 with invalid_grant (F5, F11)', () => json(503, { error: 'invalid_grant' })],
  ['429 with Retry-After in seconds (F6)', () => new Response(null, { status: 429, headers: { 'Retry-After': '3' } })],
  ['429 with a garbled Retry-After (F6)', () => new Response(null, { status: 429, headers: { 'Retry-After': 'soon' } })],
  ['429 with invalid_grant (F6, F11)', () => json(429, { error: 'invalid_grant' })],
  ['408 (F7)', () => html(408)],
  ['421 (F7)', () => html(421)],
  ['425 (F7)', () => html(425)],
  ['400 with HTML (F8)', () => html(400)],
  ['401 with HTML (F8)', () => html(401)],
  ['403 with HTML (F8)', () => html(403)],
  ['404 with HTML (F8)', () => html(404)],
  ['407 of a proxy (F8)', () => html(407)],
  ['511 of a captive portal (F8)', () => html(511)],
  ['403 with invalid_grant (F11)', () => json(403, { error: 'invalid_grant' })],
  ['404 with invalid_grant (F11)', () => json(404, { error: 'invalid_grant' })],
  ['400 with INVALID_GRANT (F11)', () => json(400, { error: 'INVALID_GRANT' })],
  ['400 with "invalid_grant " (F11)', () => json(400, { error: 'invalid_grant ' })],
  ['400 with invalid_grant in a list (F11)', () => json(400, { error: ['invalid_grant'] })],
  ['400 with invalid_grant in an object (F11)', () => json(400, { error: { code: 'invalid_grant' } })],
  ['200 with invalid_grant (F11)', () => json(200, { error: 'invalid_grant' })],
  ['400 with the code in another field (F11)', () => json(400, { code: 'invalid_grant', message: 'invalid_grant' })],
  ['400 with no body (F11)', () => new Response(null, { status: 400 })],
  ['400 with the word alone (F11)', () => new Response('invalid_grant', { status: 400 })],
  ['400 temporarily_unavailable (F12)', () => json(400, { error: 'temporarily_unavailable' })],
  ['400 server_error (F12)', () => json(400, { error: 'server_error' })],
  ['400 slow_down (F12)', () => json(400, { error: 'slow_down' })],
  ['400 with a word nobody knows (F12)', () => json(400, { error: 'computer_says_no' })],
  ['200 with HTML (F13)', () => html(200)],
  ['200 with truncated JSON (F14)', () => new Response('{"access_token":"x","token_type":"Bear')],
  ['200 with an empty body (F14)', () => new Response('')],
  ['200 in another charset (F14)', () => new Response(Buffer.from('{"access_token":"x"}', 'utf16le'))],
  ['200 with [] (F15)', () => json(200, [])],
  ['200 with [{…}] (F15)', () => json(200, [{ access_token: 'x', token_type: 'Bearer' }])],
  ['200 with null (F15)', () => json(200, null)],
  ['200 with a string (F15)', () => json(200, 'access')],
  ['200 with a number (F15)', () => json(200, 42)],
  ['200 with true (F15)', () => json(200, true)],
  ['200 without access_token (F16)', () => json(200, { token_type: 'Bearer' })],
  ['200 with a number for access_token (F16)', () => json(200, { access_token: 12345, token_type: 'Bearer' })],
  ['200 with an object for access_token (F16)', () => json(200, { access_token: { value: 'x' }, token_type: 'Bearer' })],
  ['200 with an empty access_token (F16)', () => json(200, { access_token: '', token_type: 'Bearer' })],
  ['200 with a line break in access_token (F16)', () => json(200, { access_token: 'a\r\nX-Evil: 1', token_type: 'Bearer' })],
  ['200 with a space in access_token (F16)', () => json(200, { access_token: 'a b', token_type: 'Bearer' })],
  ['200 with a letter beyond ASCII in access_token (F16)', () => json(200, { access_token: 'tokén', token_type: 'Bearer' })],
  ['200 with access_token "=" (F16)', () => json(200, { access_token: '=', token_type: 'Bearer' })],
  ['200 with token_type mac (F17)', () => json(200, { access_token: 'x', token_type: 'mac' })],
  ['200 with token_type DPoP that nobody asked for (F17)', () => json(200, { access_token: 'x', token_type: 'DPoP' })],
  ['200 with token_type N_A (F17)', () => json(200, { access_token: 'x', token_type: 'N_A' })],
  ['201 (F22)', () => json(201, { access_token: 'x', token_type: 'Bearer' })],
  ['202 (F22)', () => json(202, {})],
  ['203 (F22)', () => json(203, { access_token: 'x', token_type: 'Bearer' })],
  ['204 (F22)', () => new Response(null, { status: 204 })],
  ['302 (F23)', () => new Response(null, { status: 302, headers: { Location: 'https://login.example.com/maintenance?x=1' } })],
  ['307 (F23)', () => new Response(null, { status: 307, headers: { Location: 'https://evil.example/token' } })],
  [
    'a redirect that the platform followed (F23)',
    () => at(json(200, { access_token: 'x', token_type: 'Bearer' }), 'https://evil.example/t'),
  ],
  ['an answer of status 0 (F23)', () => Response.error()],
  ['refused by CORS (F24)', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['larger than 64 KiB (F25)', () => json(200, { access_token: 'x', token_type: 'Bearer', padding: 'x'.repeat(70_000) })],
  ['without end (F25)', () => new Response(flood())],
  [
    'a fetch that throws at once',
    () => {
      throw new TypeError('Failed to execute fetch')
    },
  ],
]

describe('a token endpoint that is out of order keeps the session, and the client recovers', () => {
  it('is shown for more than 60 faults', () => {
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
