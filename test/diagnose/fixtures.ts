import type { DiagnosedCause, DiagnoseInput } from 'authenticated-client/diagnose'

export interface Fixture {
  readonly cause: DiagnosedCause
  readonly of: string
  readonly input: DiagnoseInput
}

export const now = Date.parse('2026-01-15T12:00:00Z')
const date = new Date(now).toUTCString()
export const seconds = now / 1000

/** Nothing of these may come out again. */
export const secrets = [
  's3cr3t-refresh-token',
  'opaque-Acc3ss-t0ken-value',
  'c00kie-value-1234',
  'sk_live_0123456789abcdefWXYZ',
  'hunter2',
] as const
export const opaque = secrets[1]

export function jwt(claims: object, header: object = { alg: 'RS256', kid: 'key-1' }): string {
  return [header, claims, { signed: 'never shown' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
}

export const alive = jwt({ iss: 'https://issuer.example', aud: 'https://api.example', exp: seconds + 600, iat: seconds - 60 })
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const digest = (more = '') => ({ 'www-authenticate': `Digest realm="r", nonce="n2", qop="auth"${more}` })
const digestSent = { authorization: `Digest username="ada", realm="r", nonce="n1", uri="/orders", response="${'5'.repeat(32)}"` }
export const invalid = (description?: string) => ({
  'www-authenticate': `Bearer error="invalid_token"${description ? `, error_description="${description}"` : ''}`,
})

export function exchange(
  status: number,
  answer: Readonly<Record<string, string>>,
  sent: Readonly<Record<string, string>> | undefined,
  more: Omit<DiagnoseInput, 'request' | 'response'> & { url?: string; method?: string; credentials?: string } = {},
): DiagnoseInput {
  const { url = 'https://api.example/orders', method = 'GET', credentials, ...rest } = more
  return {
    response: { status, headers: new Headers({ date, ...answer }) },
    ...(sent && { request: { url, method, headers: asSent(sent), ...(credentials && { credentials }) } }),
    ...rest,
  }
}

/** `Headers` would repair, or refuse, what is malformed. */
function asSent(fields: Readonly<Record<string, string>>): Pick<Headers, 'get'> {
  return { get: (name) => fields[name.toLowerCase()] ?? null }
}

export const json = (value: unknown) => ({ body: JSON.stringify(value) })
const ended = (outcome: string, error?: object): DiagnoseInput => ({ event: { type: 'refresh-ended', outcome, error } })

export const fixtures: readonly Fixture[] = [
  { cause: 'credentials-missing', of: 'no header', input: exchange(401, { 'www-authenticate': 'Bearer realm="api"' }, {}) },
  {
    cause: 'credentials-withheld',
    of: 'another origin',
    input: { event: { type: 'credentials-withheld', url: 'https://other.example/', reason: 'origin' } },
  },
  { cause: 'credentials-malformed', of: 'a colon', input: exchange(401, invalid(), { authorization: `Bearer: ${opaque}` }) },
  { cause: 'credentials-malformed', of: 'no space', input: exchange(401, invalid(), { authorization: `Bearer${alive}` }) },
  { cause: 'credentials-malformed', of: 'two schemes', input: exchange(401, invalid(), { authorization: `Bearer Bearer ${opaque}` }) },
  { cause: 'credentials-malformed', of: 'quotes', input: exchange(401, invalid(), { authorization: `Bearer "${opaque}"` }) },
  { cause: 'credentials-malformed', of: 'a line break', input: exchange(401, invalid(), { authorization: `Bearer ${opaque}\n` }) },
  { cause: 'credentials-malformed', of: 'a trailing space', input: exchange(401, invalid(), { authorization: `Bearer ${opaque} ` }) },
  { cause: 'credentials-malformed', of: 'undefined', input: exchange(401, invalid(), bearer('undefined')) },
  { cause: 'wrong-scheme', of: 'Bearer for Basic', input: exchange(401, { 'www-authenticate': 'Basic realm="staff"' }, bearer(alive)) },
  { cause: 'credentials-in-url', of: 'a query', input: exchange(401, {}, {}, { url: `https://api.example/?access_token=${opaque}` }) },
  { cause: 'token-expired', of: 'exp', input: exchange(401, invalid(), bearer(jwt({ exp: seconds - 240 }))) },
  { cause: 'token-expired', of: 'words', input: exchange(401, invalid('The access token expired'), bearer(opaque)) },
  { cause: 'token-not-yet-valid', of: 'nbf', input: exchange(401, invalid(), bearer(jwt({ nbf: seconds + 90, exp: seconds + 900 }))) },
  { cause: 'clock-skew', of: 'a slow API', input: exchange(401, invalid(), bearer(alive), { now: now + 900_000 }) },
  { cause: 'wrong-audience', of: 'words', input: exchange(401, invalid('jwt audience invalid'), bearer(alive)) },
  {
    cause: 'wrong-audience',
    of: 'what is expected',
    input: exchange(401, invalid(), bearer(alive), { expected: { audience: 'https://other.example' } }),
  },
  {
    cause: 'wrong-issuer',
    of: 'what is expected',
    input: exchange(401, invalid(), bearer(alive), { expected: { issuer: 'https://staging.example' } }),
  },
  { cause: 'unknown-key', of: 'words', input: exchange(401, invalid('no matching key found in the JWKS'), bearer(alive)) },
  { cause: 'unsigned-token', of: 'alg none', input: exchange(401, invalid(), bearer(jwt({ exp: seconds + 600 }, { alg: 'none' }))) },
  { cause: 'invalid-signature', of: 'words', input: exchange(401, invalid('signature verification failed'), bearer(alive)) },
  { cause: 'token-revoked', of: 'words', input: exchange(401, invalid('The token was revoked'), bearer(alive)) },
  { cause: 'token-revoked', of: 'silence', input: exchange(401, invalid(), bearer(alive)) },
  { cause: 'id-token-sent', of: 'nonce', input: exchange(401, invalid(), bearer(jwt({ nonce: 'n', at_hash: 'h', exp: seconds + 600 }))) },
  {
    cause: 'insufficient-scope',
    of: '403',
    input: exchange(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' }, bearer(alive)),
  },
  {
    cause: 'insufficient-scope',
    of: '401',
    input: exchange(401, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' }, bearer(alive)),
  },
  {
    cause: 'step-up-required',
    of: 'RFC 9470',
    input: exchange(
      401,
      { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="urn:mfa", max_age=300' },
      bearer(alive),
    ),
  },
  {
    cause: 'policy',
    of: 'claims',
    input: exchange(401, { 'www-authenticate': 'Bearer error="insufficient_claims", claims="e30="' }, bearer(alive)),
  },
  { cause: 'invalid-request', of: '401', input: exchange(401, { 'www-authenticate': 'Bearer error="invalid_request"' }, bearer(alive)) },
  {
    cause: 'dpop-nonce',
    of: 'a nonce',
    input: exchange(
      401,
      { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n1' },
      { authorization: `DPoP ${alive}`, dpop: 'proof' },
    ),
  },
  {
    cause: 'dpop-proof',
    of: 'the error',
    input: exchange(401, { 'www-authenticate': 'DPoP error="invalid_dpop_proof"' }, { authorization: `DPoP ${alive}`, dpop: 'proof' }),
  },
  {
    cause: 'dpop-proof',
    of: 'a bound token as Bearer',
    input: exchange(401, { 'www-authenticate': 'Bearer error="invalid_token"' }, bearer(jwt({ exp: seconds + 600, cnf: { jkt: 'x' } }))),
  },
  {
    cause: 'contradictory-challenge',
    of: 'two errors',
    input: exchange(401, { 'www-authenticate': 'Bearer error="invalid_token", error="insufficient_scope"' }, bearer(alive)),
  },
  {
    cause: 'basic-credentials',
    of: 'Basic again',
    input: exchange(401, { 'www-authenticate': 'Basic realm="staff"' }, { authorization: `Basic ${btoa('ada:hunter2')}` }),
  },
  {
    cause: 'basic-encoding',
    of: 'percent',
    input: exchange(401, { 'www-authenticate': 'Basic realm="staff"' }, { authorization: `Basic ${btoa('ada%40example.com:hunter2')}` }),
  },
  {
    cause: 'basic-encoding',
    of: 'no colon',
    input: exchange(401, { 'www-authenticate': 'Basic realm="staff"' }, { authorization: `Basic ${btoa('hunter2')}` }),
  },
  { cause: 'digest-stale', of: 'stale=true', input: exchange(401, digest(', stale=true'), digestSent) },
  { cause: 'digest-credentials', of: 'Digest again', input: exchange(401, digest(), digestSent) },
  { cause: 'api-key', of: 'a header', input: exchange(401, {}, { 'x-api-key': secrets[3] }, json({ message: 'Invalid API key' })) },
  {
    cause: 'session-cookie',
    of: 'a deleted cookie',
    input: exchange(401, { 'set-cookie': 'sid=; Max-Age=0' }, { cookie: `sid=${secrets[2]}` }),
  },
  { cause: 'session-cookie', of: 'a cookie refused', input: exchange(401, {}, { cookie: `sid=${secrets[2]}` }) },
  {
    cause: 'csrf',
    of: '419',
    input: exchange(419, {}, { cookie: `sid=${secrets[2]}` }, { method: 'POST', ...json({ message: 'CSRF token mismatch.' }) }),
  },
  {
    cause: 'cached-refusal',
    of: 'Age',
    input: exchange(401, { ...invalid(), age: '240', 'cache-control': 'public, max-age=600' }, bearer(alive)),
  },
  {
    cause: 'authorization-stripped',
    of: 'a proxy',
    input: exchange(401, { 'www-authenticate': 'Bearer realm="api"', via: '1.1 proxy' }, bearer(alive)),
  },
  { cause: 'proxy-authentication', of: '407', input: exchange(407, { 'proxy-authenticate': 'Basic realm="proxy"' }, bearer(alive)) },
  {
    cause: 'hidden-by-cors',
    of: 'what a browser shows of it',
    input: {
      response: { status: 401, headers: new Headers({ 'content-type': 'application/json' }), type: 'cors' },
      request: { url: 'https://api.example/orders', headers: asSent(bearer(alive)) },
    },
  },
  {
    cause: 'preflight-refused',
    of: 'OPTIONS',
    input: exchange(401, {}, { origin: 'https://app.example', 'access-control-request-method': 'GET' }, { method: 'OPTIONS' }),
  },
  { cause: 'forbidden-instead-of-unauthorized', of: 'invalid_token', input: exchange(403, invalid(), bearer(alive)) },
  {
    cause: 'unauthorized-instead-of-forbidden',
    of: 'words',
    input: exchange(401, {}, bearer(alive), json({ message: 'Access denied for your role' })),
  },
  { cause: 'login-page', of: 'a redirect', input: exchange(302, { location: '/login' }, bearer(alive)) },
  {
    cause: 'graphql-in-band',
    of: '200',
    input: exchange(200, {}, bearer(alive), json({ errors: [{ message: 'No', extensions: { code: 'UNAUTHENTICATED' } }] })),
  },
  {
    cause: 'problem-body',
    of: 'RFC 9457',
    input: exchange(
      401,
      { 'www-authenticate': 'Bearer', 'content-type': 'application/problem+json' },
      undefined,
      json({ title: 'Unauthorized', status: 401 }),
    ),
  },
  { cause: 'challenge-missing', of: 'a bare 401', input: exchange(401, {}, bearer(alive)) },
  {
    cause: 'challenge-malformed',
    of: 'an open quote',
    input: exchange(401, { 'www-authenticate': 'Bearer error="invalid_token' }, bearer(alive)),
  },
  {
    cause: 'challenge-malformed',
    of: 'single quotes',
    input: exchange(401, { 'www-authenticate': "Bearer error='invalid_token'" }, bearer(alive)),
  },
  { cause: 'unusual-status', of: '500', input: exchange(500, {}, bearer(alive), json({ message: 'unauthorized' })) },
  { cause: 'network-failure', of: 'a timeout', input: { event: { type: 'request-failed', error: 'TimeoutError' } } },
  { cause: 'refresh-token-rejected', of: 'invalid_grant', input: ended('rejected', { error: 'invalid_grant' }) },
  { cause: 'client-rejected', of: 'invalid_client', input: ended('misconfigured', { error: 'invalid_client' }) },
  { cause: 'client-rejected', of: 'the answer itself', input: exchange(401, {}, undefined, json({ error: 'invalid_client' })) },
  { cause: 'refresh-misconfigured', of: 'invalid_scope', input: ended('misconfigured', { error: 'invalid_scope' }) },
  { cause: 'interaction-required', of: 'login_required', input: ended('misconfigured', { error: 'login_required' }) },
  { cause: 'refresh-unavailable', of: 'an outage', input: ended('unavailable') },
  { cause: 'not-refused', of: '200', input: exchange(200, {}, bearer(alive)) },
  { cause: 'unknown', of: 'nothing', input: {} },
]
