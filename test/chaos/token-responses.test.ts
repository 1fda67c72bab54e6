// Not the client that the scanner for secrets watches: tokens of any shape would be found in plain words.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AuthenticatedClient, isAuthError, memoryStore } from '../../src/index'
import { runs } from '../support/property'

// `npm run prove` sets PROVE_CASES.
const cases = Number(process.env.PROVE_CASES ?? 3_000)
const grammar = /^Bearer [\w.~+/-]+=*$/

it(`makes of any token response a good token or an error of its own, and ends a session for invalid_grant alone: ${cases} (F8–F23, F26)`, async () => {
  await fc.assert(
    fc.asyncProperty(response(), async ({ status, type, body }) => {
      const sent: (string | null)[] = []
      const logouts: string[] = []
      const client = new AuthenticatedClient({
        tokenEndpoint: 'https://login.example.com/token',
        clientId: 'web',
        allowedOrigins: ['https://api.example.com'],
        store: memoryStore({ accessToken: 'old', refreshToken: 'refresh', expiresAt: 1, sessionId: 's' }),
        onLogout: ({ reason }) => logouts.push(reason),
        fetch: async (input, init) => {
          if (String(input).endsWith('/token'))
            return new Response(/^(204|304)$/.test(`${status}`) ? null : body, { status, headers: type ? { 'content-type': type } : {} })
          sent.push(new Headers(init?.headers).get('authorization'))
          return new Response('{}')
        },
      })

      const failure = await client.fetch('https://api.example.com/me').then(
        () => undefined,
        (error: unknown) => error,
      )
      await Promise.resolve()

      if (failure !== undefined) expect(isAuthError(failure), String(failure)).toBe(true)
      else expect(sent).toEqual([expect.stringMatching(grammar)])
      const isRejection = (status === 400 || status === 401) && errorOf(body) === 'invalid_grant'
      expect(isAuthError(failure, 'ERR_SESSION_ENDED')).toBe(isRejection)
      expect(client.state.status).toBe(isRejection ? 'ended' : 'authenticated')
    }),
    runs(cases),
  )
}, 600_000)

function response(): fc.Arbitrary<{ status: number; type: string; body: string }> {
  const odd = fc.oneof(fc.constantFrom(null, '', 0, -1, 1.5, true, [], {}, 'abc', 1e21, '3600', ['x']), fc.string(), fc.jsonValue())
  const token = fc.oneof(fc.constantFrom('good-token', 'good.jwt.like', 'with space', 'new\r\nline', 'ünïcode', ''), odd)
  const fields = fc.record(
    {
      access_token: token,
      refresh_token: token,
      token_type: fc.oneof(fc.constantFrom('Bearer', 'bearer', 'mac', 'DPoP'), odd),
      expires_in: odd,
      scope: odd,
      id_token: odd,
      error: fc.oneof(fc.constantFrom('invalid_grant', 'INVALID_GRANT', 'invalid_client', 'server_error', 'slow_down'), odd),
      error_description: odd,
      __proto__: odd,
    },
    { requiredKeys: [] },
  )
  const json = fc.oneof(fields, fc.jsonValue()).map((value) => JSON.stringify(value))
  const body = fc.oneof(
    { weight: 6, arbitrary: json },
    json.map((text) => `\ufeff${text}`),
    json.map((text) => text.slice(0, -1)),
    fc.string(),
    fc.constant('<!doctype html><title>Welcome</title>'),
    fc.constant(`{"access_token":"a","access_token":"good","padding":"${'x'.repeat(70_000)}"}`),
  )
  const status = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(200, 400, 401) },
    fc.constantFrom(201, 203, 204, 403, 404, 408, 421, 425, 429, 500, 503, 599),
  )
  return fc.record({ status, type: fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/html', ''), body })
}

function errorOf(body: string): unknown {
  try {
    return Object(JSON.parse(body.trim())).error
  } catch {
    return undefined
  }
}
