import { AuthenticatedClient, type ClientEvent, clientCredentialsGrant, clientSecretBasic, type TokenSet } from 'authenticated-client'
import { type DiagnosedEvent, diagnose, explainTo } from 'authenticated-client/diagnose'
import { digest } from 'authenticated-client/digest'
import { jwtBearerGrant } from 'authenticated-client/jwt-bearer'
import { quiet } from 'authenticated-client/testing'
import { tokenExchangeGrant } from 'authenticated-client/token-exchange'
import { expect, expectTypeOf, it } from 'vitest'
import { jwt } from './fixtures'

it('prints one block for a 401 that the app gets to see', () => {
  const [printed, onEvent] = printer()

  for (const event of refusedCall) onEvent(event)

  expect(printed).toHaveLength(1)
  expect(printed[0]).toMatch(/^401 GET https:\/\/api\.example\/orders\n {2}The token is valid/)
  expect(printed[0]).not.toContain('hunter2')
})

it('follows the last thousand calls, so that those whose end no event tells fill no memory', () => {
  const [printed, onEvent] = printer()
  const [request, response, decision] = refusedCall
  for (let call = 0; call <= 1000; call++) for (const event of [request, response]) onEvent({ ...event, call })

  onEvent({ ...decision, call: 0 })
  const ofForgotten = printed.length
  onEvent({ ...decision, call: 1 })

  expect([ofForgotten, printed.length]).toEqual([0, 1])
})

it('prints nothing for a 401 that a refresh recovers', () => {
  const [printed, onEvent] = printer()

  const [request, response] = refusedCall
  for (const event of [request, response, { type: 'decision', call: 1, action: 'refresh' }, { ...response, status: 200 }]) onEvent(event)

  expect(printed).toEqual([])
})

it('prints why a refresh failed', () => {
  const [printed, onEvent] = printer()

  onEvent({ type: 'refresh-ended', outcome: 'rejected', error: { error: 'invalid_grant' } })

  expect(printed[0]).toContain('refresh-token-rejected')
})

it.each<[string, Response, string, string]>([
  ['a web app answers with its page', new Response('<!doctype html>'), '(refresh-misconfigured, likely)', 'Compare `tokenEndpoint`'],
  ['nothing is there', new Response('', { status: 404 }), '(refresh-misconfigured, likely)', 'Compare `tokenEndpoint`'],
  ['it leads elsewhere', Response.redirect('https://login.example/t', 307), '(refresh-misconfigured, likely)', 'Compare `tokenEndpoint`'],
  [
    'it refuses in words of its own',
    Response.json({ error: 'token_expired' }, { status: 400 }),
    '(refresh-misconfigured, likely)',
    'isRejected',
  ],
  ['it refuses with 200, as GitHub does', Response.json({ error: 'bad_refresh_token' }), '(refresh-misconfigured, likely)', 'isRejected'],
  ['it asks to wait', new Response('', { status: 429 }), '(refresh-unavailable, certain)', 'Wait'],
  [
    'it is busy, and says so',
    Response.json({ error: 'temporarily_unavailable' }, { status: 400 }),
    '(refresh-unavailable, certain)',
    'Wait',
  ],
  ['it is down', new Response('', { status: 503 }), '(refresh-unavailable, certain)', 'Wait'],
])('says what to do about a refresh that failed where %s (F8, F13, F23)', async (_, answer, cause, fix) => {
  const [printed, onEvent] = printer()
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example',
    tokenEndpoint: 'https://login.example/token',
    clientId: 'web',
    fetch: async () => answer,
    onEvent,
  })
  await client.setTokens({ accessToken: 'at-1', refreshToken: 'rt-1' })

  await client.refresh().catch(quiet)

  expect(printed[0]).toContain(cause)
  expect(printed[0]).toContain(fix)
})

it('says what a grant of your own has to return where its answer cannot be used', async () => {
  const [printed, onEvent] = printer()
  const answer = { access_token: 'at-2' } as unknown as TokenSet
  const grant = Object.assign(async () => answer, { needs: 'refresh-token' as const })
  const client = new AuthenticatedClient({ baseUrl: 'https://api.example', grant, onEvent })
  await client.setTokens({ accessToken: 'at-1', refreshToken: 'rt-1' })

  await client.refresh().catch(quiet)

  expect(printed[0]).toContain('(refresh-misconfigured, likely)')
  expect(printed[0]).toContain('return the token as `accessToken`')
  expect(printed[0]).not.toContain('Wait')
})

it('says that the client authentication threw where it did, and not that the authorization server cannot be reached', async () => {
  const [printed, onEvent] = printer()
  const clientAuthentication = clientSecretBasic(() => Promise.reject(new Error('The vault is sealed')))
  const grant = clientCredentialsGrant({ tokenEndpoint: 'https://login.example/token', clientId: 'svc', clientAuthentication })
  const client = new AuthenticatedClient({ baseUrl: 'https://api.example', grant, onEvent })

  await client.fetch('/me').catch(quiet)

  expect(printed[0]).toContain('(refresh-misconfigured, likely)')
  expect(printed[0]).toContain('the token endpoint was not asked')
  expect(printed[0]).not.toContain('Wait')
})

it('says that the grant was given no token to start from, and not that the authorization server refuses or cannot be reached', async () => {
  const [printed, onEvent] = printer()
  const at = { tokenEndpoint: 'https://login.example/token', clientId: 'svc' }
  const users = new AuthenticatedClient({ ...at, baseUrl: 'https://api.example' })
  const grant = tokenExchangeGrant({ ...at, subjectToken: () => users.getAccessToken() })
  const client = new AuthenticatedClient({ baseUrl: 'https://api.example', grant, onEvent })

  await client.fetch('/me').catch(quiet)

  expect(printed[0]).toContain('(refresh-misconfigured, likely)')
  expect(printed[0]).toContain('see whether anybody is signed in there')
  expect(printed[0]).not.toContain('Wait')
})

it('says of a grant that ends no session what was refused, and not that the session is over', async () => {
  const [printed, onEvent] = printer()
  const grant = jwtBearerGrant({ tokenEndpoint: 'https://login.example/token', clientId: 'svc', assertion: 'a.b.c' })
  const fetch = async () => Response.json({ error: 'invalid_grant' }, { status: 400 })
  const client = new AuthenticatedClient({ baseUrl: 'https://api.example', grant, fetch, onEvent })

  await client.fetch('/me').catch(quiet)

  expect(printed[0]).toContain('(refresh-misconfigured, certain)')
  expect(printed[0]).toContain('an assertion, or a token to exchange')
  expect(printed[0]).not.toMatch(/refresh token|is over:/)
})

it('says how to let the client answer a Digest challenge that it may not answer, not that somebody has to sign in', async () => {
  const [printed, onEvent] = printer()
  const refused = new Response('', { status: 401, headers: { 'www-authenticate': 'Digest realm="camera", nonce="n", qop="auth"' } })
  const scheme = digest({ username: 'admin', password: 'pw-1' }, { algorithms: ['SHA-256'] })
  const client = new AuthenticatedClient({ baseUrl: 'https://camera.example', fetch: async () => refused, scheme, onEvent })

  await client.fetch('/frame')

  expect(printed[0]).toContain('check that the `algorithms` and `realm` of `digest` fit this challenge')
  expect(printed[0]).not.toContain('setTokens')
})

it('says of a token that was not sent, since no scheme of the client is for its type, which scheme that needs', async () => {
  const [printed, onEvent] = printer()
  const refused = new Response('', { status: 401, headers: { 'www-authenticate': 'DPoP algs="ES256"' } })
  const client = new AuthenticatedClient({ baseUrl: 'https://api.example', fetch: async () => refused, onEvent })
  await client.setTokens({ accessToken: 'at-1', tokenType: 'DPoP' })

  await client.fetch('/me')

  expect(printed[0]).toContain('(credentials-missing, possible)')
  expect(printed[0]).toContain('`scheme: dpop()`')
})

it('says that the client rejects a call where it does, not that its 401 was given back', () => {
  const [printed, onEvent] = printer()

  const [request, response] = refusedCall
  for (const event of [request, response, { type: 'decision', call: 1, action: 'reject', reason: 'cooling down' }]) onEvent(event)

  expect(printed[0]).toContain('· The client rejects the call: cooling down.')
})

it('says what the API refuses where the refresh budget is spent, though the refreshes went well', () => {
  const [printed, onEvent] = printer()
  const diagnosis = diagnose({ event: { type: 'response', status: 401, challenges: [{ scheme: 'Bearer', error: 'invalid_token' }] } })

  const [request, response] = refusedCall
  for (const event of [request, response, { type: 'decision', call: 1, action: 'return', reason: 'budget spent', diagnosis }])
    onEvent(event)

  expect(printed[0]).toContain('(token-expired, possible)')
  expect(printed[0]).toContain('The client handed the 401 back: budget spent.')
})

it('still prints after a thousand calls that ended without an event', () => {
  const [printed, onEvent] = printer()
  for (let call = 2; call < 1002; call += 1) for (const event of refusedCall.slice(0, 2)) onEvent({ ...event, call })

  for (const event of refusedCall) onEvent(event)

  expect(printed).toHaveLength(1)
})

it('prints no key that stands in the path', () => {
  const [printed, onEvent] = printer()
  const url = 'https://api.example/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/tenants/72f988bf-86f1-41af-91ab-2d7cd011db47'

  for (const event of refusedCall) onEvent({ ...event, url })

  expect(printed[0]).toMatch(/^401 GET https:\/\/api\.example\/\[redacted\]\/tenants\/72f988bf-86f1-41af-91ab-2d7cd011db47\n/)
})

it('quotes the server’s unknown words about a token that is alive', async () => {
  const [printed, onEvent] = printer()
  const challenge = 'Bearer error="invalid_token", error_description="The token has no expiration"'
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example',
    fetch: async () => new Response(null, { status: 401, headers: { 'www-authenticate': challenge } }),
    onEvent,
  })
  await client.setTokens({ accessToken: jwt({ exp: Date.now() / 1000 + 600 }) })

  await client.fetch('https://api.example/orders')
  await quiet()

  expect(printed[0]).toContain('The token has no expiration')
  expect(printed[0]).not.toContain('token-expired')
})

it('prints a block for a 401 that `onStepUp` is asked about, whatever comes of it', async () => {
  const [printed, onEvent] = printer()
  const challenge = 'Bearer error="insufficient_user_authentication", acr_values="mfa"'
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example',
    fetch: async () => new Response(null, { status: 401, headers: { 'www-authenticate': challenge } }),
    onStepUp: () => null,
    onEvent,
  })
  await client.setTokens({ accessToken: 'opaque' })

  await client.fetch('https://api.example/orders')
  await quiet()

  expect(printed).toHaveLength(1)
  expect(printed[0]).toContain('step-up-required')
  expect(printed[0]).toContain('The client asks for a step-up: insufficient_user_authentication.')
})

it('is an onEvent handler of the client', async () => {
  const [printed, onEvent] = printer()
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example',
    fetch: async () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } }),
    onEvent,
  })
  await client.setTokens({ accessToken: 'opaque-access-hunter2' })

  await client.fetch('https://api.example/orders?q=hunter2')
  await new Promise((resolve) => setTimeout(resolve))

  expectTypeOf<ClientEvent>().toExtend<DiagnosedEvent>()
  expect(printed).toHaveLength(1)
  expect(printed[0]).toContain('insufficient-scope')
  expect(printed[0]).not.toContain('hunter2')
})

const refusedCall: readonly [DiagnosedEvent, DiagnosedEvent, DiagnosedEvent] = [
  { type: 'request', call: 1, attempt: 0, method: 'GET', url: 'https://api.example/orders?secret=hunter2', scheme: 'Bearer' },
  { type: 'response', call: 1, attempt: 0, status: 401, challenges: [{ scheme: 'Bearer', error: 'insufficient_scope' }] },
  { type: 'decision', call: 1, attempt: 0, action: 'return', reason: 'insufficient_scope' },
]

function printer(): readonly [string[], (event: DiagnosedEvent) => void] {
  const printed: string[] = []
  return [printed, explainTo({ warn: (text) => void printed.push(text) })]
}
