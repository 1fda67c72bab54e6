import fc from 'fast-check'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isAuthError } from '../../src/errors/is-auth-error'
import { RefreshUnavailableError } from '../../src/errors/refresh-unavailable-error'
import { SessionEndedError } from '../../src/errors/session-ended-error'
import { TokenEndpointError } from '../../src/errors/token-endpoint-error'
import { type RefreshTokenGrantOptions, refreshTokenGrant } from '../../src/grants/refresh-token'
import { isB64token } from '../../src/tokens/b64token'
import { runs } from '../support/property'
import { grantContext, now, rejection, type TestContext } from './grant-context'

const tokenEndpoint = 'https://login.example.com/token'
const tokens = { accessToken: 'access-1', refreshToken: 'refresh-1' }

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

describe('what the token endpoint answers', () => {
  describe('rejected', () => {
    it.each([400, 401])('ends the session for invalid_grant in JSON with %i (F10)', async (status) => {
      const { error } = await refused({ status, body: { error: 'invalid_grant', error_description: 'unknown', extra: 1 } })

      expect(error).toBeInstanceOf(SessionEndedError)
      expect(error).toMatchObject({ code: 'ERR_SESSION_ENDED', message: 'The refresh token was rejected' })
    })

    it.each([
      ['another status', { status: 403, body: { error: 'invalid_grant' } }],
      ['a 200', { status: 200, body: { error: 'invalid_grant' } }],
      ['a 500', { status: 500, body: { error: 'invalid_grant' } }],
      ['upper case', { status: 400, body: { error: 'INVALID_GRANT' } }],
      ['white space', { status: 400, body: { error: 'invalid_grant ' } }],
      ['a line break', { status: 400, body: { error: 'invalid_grant\n' } }],
      ['an array', { status: 400, body: { error: ['invalid_grant'] } }],
      ['an object', { status: 400, body: { error: { code: 'invalid_grant' } } }],
      ['the description alone', { status: 400, body: { error_description: 'invalid_grant' } }],
      ['JSON in an array', { status: 400, body: [{ error: 'invalid_grant' }] }],
      ['JSON in a string', { status: 400, body: 'invalid_grant' }],
      ['plain text', { status: 400, text: 'invalid_grant' }],
      ['a form', { status: 400, text: 'error=invalid_grant' }],
      ['HTML', { status: 400, text: '<p>{"error":"invalid_grant"}</p>' }],
      ['an inherited name', { status: 400, body: { __proto__: { error: 'invalid_grant' } } }],
    ])('keeps the session where invalid_grant comes in %s (F11)', async (_, answer) => {
      const { error } = await refused(answer)

      expect(error).toBeInstanceOf(RefreshUnavailableError)
      expect(error).toMatchObject({ answered: true })
    })
  })

  describe('misconfigured', () => {
    it.each([
      'invalid_client',
      'unauthorized_client',
      'unsupported_grant_type',
      'invalid_scope',
      'invalid_request',
      'invalid_target',
      'interaction_required',
      'login_required',
      'consent_required',
    ])('reports %s as a misconfiguration, and keeps the session (F9)', async (code) => {
      for (const status of [400, 401]) {
        const { error } = await refused({ status, body: { error: code, error_description: 'Ask an administrator' } })

        expect(error).toBeInstanceOf(TokenEndpointError)
        expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', error: code, status })
      }
    })

    it.each([
      { status: 403, body: { error: 'invalid_client' } },
      { status: 200, body: { error: 'invalid_client' } },
      { status: 503, body: { error: 'invalid_client' } },
      { status: 400, body: { error: 'Invalid_Client' } },
      { status: 400, body: { error: 'invalid_client\n' } },
      { status: 400, body: { error: 'not_invalid_client' } },
      { status: 400, body: { error: 'mfa_required' } },
      { status: 400, body: { error: ['invalid_client'] } },
    ])('treats $status $body.error as an outage, not as a misconfiguration (F11)', async (answer) => {
      expect((await refused(answer)).error).toBeInstanceOf(RefreshUnavailableError)
    })

    it('hands on what the server says to developers', async () => {
      const { error } = await refused({ status: 400, body: { error: 'invalid_scope', error_description: 'Ask an administrator' } })

      expect(error).toMatchObject({ message: 'The token endpoint answered invalid_scope', errorDescription: 'Ask an administrator' })
    })

    it('shortens what the server says, and drops what a log could stumble over (A28)', async () => {
      const said = `\u001b[31mred\r\nnew line \u202e${'x'.repeat(300)}`

      const { error } = await refused({ status: 400, body: { error: 'invalid_request', error_description: said } })

      expect((error as TokenEndpointError).errorDescription).toMatch(/^\[31mrednew line x+$/)
      expect((error as TokenEndpointError).errorDescription).toHaveLength(256)
    })

    it.each([7, null, '', ['x'], {}])('leaves out a description that is %j (A28)', async (error_description) => {
      const { error } = await refused({ status: 400, body: { error: 'invalid_request', error_description } })

      expect(error).toMatchObject({ error: 'invalid_request', errorDescription: undefined })
    })
  })

  describe('unavailable', () => {
    it.each([500, 501, 502, 503, 504, 520, 529])('keeps the session for %i (F5)', async (status) => {
      const { error } = await refused({ status, text: '<h1>Sorry</h1>' })

      expect(error).toBeInstanceOf(RefreshUnavailableError)
      expect(error).toMatchObject({ message: `The token endpoint answered ${status}`, answered: true, retryAt: undefined })
    })

    it.each([408, 421, 425, 429])('keeps the session for %i, whatever the body says (F7)', async (status) => {
      const { error } = await refused({ status, body: { error: 'invalid_grant' } })

      expect(error).toBeInstanceOf(RefreshUnavailableError)
    })

    it.each([400, 401, 403, 404, 405, 410, 418])('keeps the session for a page of a firewall or hotel with %i (F8)', async (status) => {
      const { error } = await refused({ status, text: '<!doctype html><title>Log in to the WLAN</title>' })

      expect(error).toBeInstanceOf(RefreshUnavailableError)
      expect(error).toMatchObject({ answered: true })
    })

    it.each(['temporarily_unavailable', 'server_error', 'slow_down', 'something_else', ''])(
      'keeps the session for %j (F12)',
      async (code) => {
        expect((await refused({ status: 400, body: { error: code } })).error).toBeInstanceOf(RefreshUnavailableError)
      },
    )

    it.each([
      ['HTML (F13)', '<!doctype html>'],
      ['truncated JSON (F14)', '{"access_token":"access-2","token_type":"Bea'],
      ['UTF-16 (F14)', Buffer.from('{"access_token":"access-2"}', 'utf16le')],
      ['an array (F15)', '[{"access_token":"access-2"}]'],
      ['null (F15)', 'null'],
      ['a string (F15)', '"access-2"'],
      ['a number (F15)', '42'],
      ['nothing', ''],
      ['no access token (F16)', '{"token_type":"Bearer"}'],
      ['an empty access token (F16)', '{"access_token":""}'],
      ['an access token that would split a header (A34)', '{"access_token":"a\\r\\nx-evil: 1"}'],
      ['an odd token type (F17)', '{"access_token":"access-2","token_type":["Bearer"]}'],
    ])('keeps the session for a 200 with %s', async (_, text) => {
      const { error, context } = await refused({ status: 200, text })

      expect(error).toBeInstanceOf(RefreshUnavailableError)
      expect(error).toMatchObject({ answered: true })
      expect(context.rotations).toEqual([])
    })

    it.each([201, 202, 203, 204, 206])('uses no tokens that come with %i (F22)', async (status) => {
      const body = status === 204 ? undefined : { access_token: 'access-2', refresh_token: 'refresh-2' }

      const { error, context } = await refused(body ? { status, body } : { status })

      expect(error).toBeInstanceOf(RefreshUnavailableError)
      expect(context.rotations).toEqual([])
    })

    it.each([
      {},
      { access_token: null },
      { access_token: 7 },
      { access_token: '' },
      { access_token: 'not a token' },
      { access_token: 'access-2', token_type: 7 },
      { access_token: 'access-2', error: 'server_error' },
    ])('reports the rotation in a 200 that is otherwise unusable: %j (F16)', async (fields) => {
      const { error, context } = await refused({ status: 200, body: { ...fields, refresh_token: 'refresh-2' } })

      expect(error).toBeInstanceOf(RefreshUnavailableError)
      expect(error).toMatchObject({ answered: true })
      expect(context.rotations).toEqual(['refresh-2'])
    })

    it.each([undefined, null, '', 7, ['refresh-2']])('reports no rotation where the refresh token is %j (F19)', async (refresh_token) => {
      const { context } = await refused({ status: 200, body: { refresh_token } })

      expect(context.rotations).toEqual([])
    })
  })

  describe('when to try again', () => {
    it.each([429, 503, 500, 403, 400, 200])('hands on Retry-After with %i (F6)', async (status) => {
      const { error } = await refused({ status, text: 'later', headers: { 'retry-after': '120' } })

      expect(error).toMatchObject({ retryAt: now + 120_000 })
    })

    it('reads an HTTP-date (F6)', async () => {
      const { error } = await refused({ status: 429, headers: { 'retry-after': new Date(now + 60_000).toUTCString() } })

      expect(error).toMatchObject({ retryAt: now + 60_000 })
    })

    it('never waits longer than five minutes (A49)', async () => {
      const { error } = await refused({ status: 429, headers: { 'retry-after': '1000000000' } })

      expect(error).toMatchObject({ retryAt: now + 300_000 })
    })

    it.each(['-5', 'soon', '1e9', '0'])('ignores a Retry-After of %s (F6)', async (field) => {
      const { error } = await refused({ status: 429, headers: { 'retry-after': field } })

      expect(error).toMatchObject({ retryAt: undefined })
    })
  })

  it('reads past a byte order mark (F14)', async () => {
    const body = `\uFEFF${JSON.stringify({ access_token: 'access-2' })}`
    server.use(http.post(tokenEndpoint, () => new HttpResponse(Buffer.from(body))))

    expect(await grant()(tokens, grantContext())).toEqual({ accessToken: 'access-2' })
  })

  it('reads JSON in UTF-8, whatever the content type says (F14)', async () => {
    const body = JSON.stringify({ access_token: 'access-2', scope: 'größe' })
    server.use(http.post(tokenEndpoint, () => new HttpResponse(body, { headers: { 'content-type': 'text/plain; charset=iso-8859-1' } })))

    expect(await grant()(tokens, grantContext())).toEqual({ accessToken: 'access-2', scope: 'größe' })
  })

  it('throws nothing but its own errors, and returns nothing unfit to be sent, whatever the answer', async () => {
    const statuses = fc.constantFrom(200, 200, 200, 201, 302, 400, 400, 401, 403, 429, 500)
    const codes = fc.constantFrom('invalid_grant', 'invalid_client', 'use_dpop_nonce', 'server_error', '', 7, null, ['invalid_grant'])
    const names = ['access_token', 'refresh_token', 'token_type', 'expires_in', 'error_description', 'scope', '__proto__', 'toString']
    const fields = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.constantFrom('ok-1', 'a b', 'a\nb')))
    const objects = fc.tuple(fields, fc.option(codes)).map(([rest, error]) => JSON.stringify({ ...rest, error }))
    const bodies = fc.oneof(objects, fc.json(), fc.string({ unit: 'binary' }), fc.uint8Array())
    const headers = fc.dictionary(fc.constantFrom('retry-after', 'location', 'content-type'), fc.stringMatching(/^[!-~]{0,30}$/))

    await fc.assert(
      fc.asyncProperty(statuses, bodies, headers, async (status, body, head) => {
        const context = grantContext({ fetch: async () => new Response(body as BodyInit, { status, headers: head }) })

        const outcome = await grant()(tokens, context).catch((error: unknown) => error)

        if (isAuthError(outcome)) {
          const rejected = outcome instanceof SessionEndedError
          if (rejected) expect([400, 401]).toContain(status)
        } else {
          expect(isB64token((outcome as { accessToken?: unknown }).accessToken)).toBe(true)
          expect(status).toBe(200)
        }
        expect(context.rotations.every((token) => typeof token === 'string' && token !== '')).toBe(true)
      }),
      runs(1500),
    )
  })
})

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly text?: string | Buffer
  readonly headers?: Record<string, string>
}

function grant(options: Partial<RefreshTokenGrantOptions> = {}): ReturnType<typeof refreshTokenGrant> {
  return refreshTokenGrant({ tokenEndpoint, clientId: 'web', ...options })
}

/** What the grant makes of an answer that it must not take for tokens. */
async function refused(answer: Answer, options?: Partial<RefreshTokenGrantOptions>): Promise<{ error: unknown; context: TestContext }> {
  const { status, headers = {} } = answer
  server.use(
    http.post(tokenEndpoint, () =>
      'body' in answer
        ? HttpResponse.json(answer.body as object, { status, headers })
        : new HttpResponse(answer.text as BodyInit | undefined, { status, headers }),
    ),
  )
  const context = grantContext()
  return { error: await rejection(grant(options)(tokens, context)), context }
}
