import type { MaybePromise } from '../platform/maybe-promise'
import { jsonResponse } from './json-response'
import type { Answer } from './test-server'

/**
 * What can go wrong at a token endpoint, or on the way to it and back. None of it says that a session is over.
 * @useDeclaredType
 */
export type FaultName = keyof typeof faults

/** All names that `fault` takes. */
export const faultNames = (): readonly FaultName[] => Object.keys(faults) as FaultName[]

/**
 * An answer for `next` and `always` of a `TestServer`. Those called `lost-…` come after the server has acted: the refresh token is
 * consumed, and the next one lost. With `unusable-access-token` and `unknown-token-type` it is consumed as well, and the next one arrives.
 * After `network-error` and `lost-answer` the client asks once more at once: an outage takes `always`. After `hang` and `lost-in-hang`
 * advance the clock past `refreshTimeout`.
 * @throws {TypeError} for a name that is not among `faultNames()`.
 */
export function fault(name: FaultName): Answer {
  if (!Object.hasOwn(faults, name)) throw new TypeError(`No fault is called '${name}': see faultNames()`)
  return (_request, usual) => faults[name](usual)
}

type Fault = (usual: () => Promise<Response>) => MaybePromise<Response>

const faults = {
  'network-error': () => broken(),
  'lost-answer': (usual) => usual().then(broken),
  hang: () => never(),
  'lost-in-hang': (usual) => usual().then(never),
  'too-many-requests': () => bare(429, { 'retry-after': '2' }),
  'request-timeout': () => bare(408),
  'too-early': () => bare(425),
  'server-error': () => bare(500),
  'bad-gateway': () => bare(502),
  'service-unavailable': () => bare(503, { 'retry-after': '2' }),
  'lost-in-service-unavailable': (usual) => usual().then(() => bare(503)),
  'gateway-timeout': () => bare(504),
  redirect: () => bare(302, { location: 'https://portal.example.net/?welcome' }),
  'captive-portal': () => new Response('<!doctype html><title>Welcome</title>', { headers: { 'content-type': 'text/html' } }),
  'blocked-by-firewall': () => new Response('<h1>403 Forbidden</h1>', { status: 403, headers: { 'content-type': 'text/html' } }),
  empty: () => bare(204),
  'lost-in-truncated': async (usual) => {
    const text = await (await usual()).text()
    return new Response(text.slice(0, text.length / 2), { headers: { 'content-type': 'application/json' } })
  },
  'lost-in-oversized': (usual) => changed(usual, { padding: 'x'.repeat(70_000) }),
  array: () => jsonResponse(200, []),
  'unusable-access-token': (usual) => changed(usual, { access_token: 'not a token' }),
  'unknown-token-type': (usual) => changed(usual, { token_type: 'mac' }),
  'temporarily-unavailable': () => jsonResponse(400, { error: 'temporarily_unavailable' }),
  /** Misconfigured rather than unavailable: RFC 6749 §5.2. */
  'invalid-client': () => jsonResponse(401, { error: 'invalid_client' }),
} satisfies Record<string, Fault>

function broken(): never {
  throw new TypeError('fetch failed')
}

function never(): Promise<never> {
  return new Promise(() => {})
}

function bare(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers })
}

async function changed(usual: () => Promise<Response>, fields: Readonly<Record<string, unknown>>): Promise<Response> {
  const response = await usual()
  return jsonResponse(response.status, { ...(await response.json()), ...fields })
}
