import { jsonResponse } from './json-response'
import type { Answer } from './test-server'

/**
 * How an API says that it does not take an access token: the right way, and the wrong ones that are out there.
 * @useDeclaredType
 */
export type RefusalName = keyof typeof refusals

/** All names that `refusal` takes. */
export const refusalNames = (): readonly RefusalName[] => Object.keys(refusals) as RefusalName[]

/**
 * An answer for `next` and `always` of a `TestServer`, whatever token was sent; the usual one of `api({ refusal })`.
 * @throws {TypeError} for a name that is not among `refusalNames()`.
 */
export function refusal(name: RefusalName): Answer {
  if (!Object.hasOwn(refusals, name)) throw new TypeError(`No refusal is called '${name}': see refusalNames()`)
  return () => refusals[name]()
}

/** As `refusal`, but for a request that brought no token at all: a server that does right says no error then (RFC 6750 §3.1). */
export function anonymousRefusal(name: RefusalName): Response {
  return name === 'invalid-token' ? unauthorized('Bearer realm="api"') : refusals[name]()
}

const invalid = 'Bearer realm="api", error="invalid_token", error_description="The access token expired"'

const refusals = {
  /** RFC 6750 §3.1, as it should be. */
  'invalid-token': () => unauthorized(invalid),
  /** No parameters, as RFC 9449 §7.1 shows it. */
  bare: () => unauthorized('Bearer'),
  /** Against RFC 9110 §15.5.2. */
  'no-header': () => unauthorized(undefined),
  'empty-header': () => unauthorized(''),
  'lower-case': () => unauthorized(invalid.toLowerCase()),
  /** Spaces in a value without quotes. */
  unquoted: () => unauthorized('Bearer realm=api, error=invalid_token, error_description=The access token expired'),
  /** An error code of its own. */
  'unknown-error': () => unauthorized('Bearer error="token_expired"'),
  /** RFC 6750 says 400. */
  'invalid-request': () => unauthorized('Bearer realm="api", error="invalid_request"'),
  /** RFC 6750 says 403. */
  'insufficient-scope': () => unauthorized('Bearer realm="api", error="insufficient_scope", scope="admin"'),
  /** RFC 9470 §3. */
  'step-up': () => unauthorized('Bearer realm="api", error="insufficient_user_authentication", acr_values="urn:mfa", max_age=300'),
  /** Continuous access evaluation. */
  claims: () => unauthorized('Bearer realm="api", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'),
  contradictory: () => unauthorized('Bearer error="invalid_token", error="insufficient_scope"'),
  'foreign-scheme': () => unauthorized('Basic realm="staff"'),
  'several-schemes': () => unauthorized(`Negotiate, Basic realm="staff", ${invalid}`),
  /** In a browser the header is there, and no script can read it. */
  'hidden-by-cors': () => unauthorized(invalid, { 'access-control-expose-headers': 'content-type' }),
  html: () => loginPage(401),
  'json-only': () => jsonResponse(401, { error: 'invalid_token', error_description: 'The access token expired' }),
  /** RFC 9457. */
  problem: () =>
    new Response(JSON.stringify({ type: 'about:blank', title: 'Unauthorized', status: 401 }), {
      status: 401,
      headers: { 'content-type': 'application/problem+json' },
    }),
  /** 256 KiB: left unread, it keeps its connection. */
  'large-body': () => unauthorized(invalid, {}, 'x'.repeat(262_144)),
  /** A cache on the way keeps it. */
  cached: () => unauthorized(invalid, { age: '240', 'cache-control': 'public, max-age=600' }),
  forbidden: () => jsonResponse(403, { error: 'forbidden' }),
  'forbidden-invalid-token': () => unauthorized(invalid, {}, undefined, 403),
  'not-found': () => jsonResponse(404, { error: 'not_found' }),
  'login-page': () => loginPage(),
  'login-redirect': () => new Response(null, { status: 302, headers: { location: '/login' } }),
  graphql: () => jsonResponse(200, { data: null, errors: [{ message: 'Not signed in', extensions: { code: 'UNAUTHENTICATED' } }] }),
  'page-expired': () => jsonResponse(419, { message: 'CSRF token mismatch.' }),
  'login-timeout': () => jsonResponse(440, { message: 'Login Time-out' }),
  'token-expired': () => jsonResponse(498, { message: 'Invalid Token' }),
  proxy: () => new Response(null, { status: 407, headers: { 'proxy-authenticate': 'Basic realm="proxy"' } }),
  'server-error': () => jsonResponse(500, { message: 'jwt expired' }),
} satisfies Record<string, () => Response>

export function loginPage(status = 200): Response {
  return new Response('<!doctype html><title>Sign in</title><p>Please sign in.', { status, headers: { 'content-type': 'text/html' } })
}

function unauthorized(
  challenge: string | undefined,
  headers: Readonly<Record<string, string>> = {},
  body = '{"error":"unauthorized"}',
  status = 401,
): Response {
  return new Response(body, {
    status,
    headers: { 'content-type': 'application/json', ...(challenge !== undefined && { 'www-authenticate': challenge }), ...headers },
  })
}
