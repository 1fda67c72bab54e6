import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { abortReason } from '../platform/abortable'
import { bounded } from '../platform/bounded'
import { cacheModes } from '../platform/cache-modes'
import { type Clock, systemClock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import { isSafe, originOf } from '../platform/origin'
import { platformFetch } from '../platform/platform-fetch'
import { readText } from '../platform/read-text'
import { textOf } from '../platform/text-of'
import { redirectTarget } from './redirect-target'

/** Options of `discover`. */
export interface DiscoverOptions {
  /**
   * The `fetch` that sends the requests.
   * @default globalThis.fetch, looked up at each call
   */
  readonly fetch?: FetchLike | null | undefined
  /** Gives up; `discover` rejects with its `reason`. */
  readonly signal?: AbortSignal | null | undefined
  /**
   * How long each of the two places that are asked may take, in milliseconds.
   * @default 10_000
   */
  readonly timeout?: number | null | undefined
  /**
   * What `timeout` is measured by.
   * @default the system's
   */
  readonly clock?: Clock | null | undefined
}

/** What an authorization server says of itself. Its first two fields are options of `AuthenticatedClient`. */
export interface AuthorizationServerMetadata {
  /** `token_endpoint`, as it was sent. */
  readonly tokenEndpoint: string
  /** `revocation_endpoint` (RFC 7009); absent where there is none. */
  readonly revocationEndpoint?: string
  /** `authorization_endpoint`, where a sign-in begins; absent where there is none. */
  readonly authorizationEndpoint?: string
  /** `jwks_uri`, where its public keys are; absent where there are none. */
  readonly jwksUri?: string
  /** Its name, exactly as it was asked for. */
  readonly issuer: string
  /** All of it, as it was sent. */
  readonly metadata: Readonly<Record<string, unknown>>
}

const longest = 262_144

/**
 * Asks an issuer for its metadata: OpenID Connect Discovery first, then RFC 8414. The issuer must name itself exactly as it was asked for
 * (mix-up, tenant swap), every endpoint must be https (or on this machine), no redirect is followed, and at most 256 KiB are read.
 * @throws {TypeError} for an issuer or a timeout that can't be one, and for metadata that must not be used.
 * @throws {RefreshUnavailableError} where neither place answers.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3.3 RFC 8414 §3.3}
 */
export async function discover(issuer: string | URL, options: DiscoverOptions = {}): Promise<AuthorizationServerMetadata> {
  // Exactly as it was given: a trailing slash is part of the name. But a `URL` has one whether it was given one or not.
  const name = String(issuer)
  const names = typeof issuer === 'string' ? [name] : [name, name.replace(/^(https?:\/\/[^/]+)\/$/, '$1')]
  const origin = originOf(name)
  if (!origin || !isSafe(origin) || /[?#\s]/.test(name))
    throw new TypeError('issuer must be https, without query or fragment (RFC 8414 §2)')
  const { signal, timeout } = options
  if (timeout != null && !(typeof timeout === 'number' && timeout > 0)) throw new TypeError('timeout must be milliseconds')
  const path = name.slice(/^https?:\/\/[^/]*/i.exec(name)?.[0].length).replace(/\/$/, '')
  const places = [`${name.replace(/\/$/, '')}/.well-known/openid-configuration`, `${origin}/.well-known/oauth-authorization-server${path}`]
  let problem: unknown
  for (const place of places) {
    if (signal?.aborted) throw abortReason(signal)
    try {
      const metadata = await metadataAt(place, options)
      // Without an issuer it is no metadata (RFC 8414 §2), but what some gateway answers in place of a 404.
      if (metadata && 'issuer' in metadata) return checked(names, metadata)
    } catch (error) {
      if (error instanceof Misfit) throw new TypeError(error.message)
      problem = error
    }
  }
  if (signal?.aborted) throw abortReason(signal)
  throw new RefreshUnavailableError(`No metadata at ${places.join(' or ')}`, { cause: problem })
}

/** Metadata that must not be used. A class of its own, since `fetch` throws a TypeError for a network failure, too. */
class Misfit extends Error {}

/** The metadata at one place; `undefined`: there is none. */
async function metadataAt(url: string, options: DiscoverOptions): Promise<Record<string, unknown> | undefined> {
  const { signal, clock } = options
  const fetch = options.fetch ?? platformFetch().fetch
  const stop = new AbortController()
  const onAbort = (): void => stop.abort()
  signal?.addEventListener('abort', onAbort)
  // Not every fetch looks at its signal.
  const stopped = new Promise<never>((_, reject) => stop.signal.addEventListener('abort', reject))
  const ask = async (): Promise<Record<string, unknown> | undefined> => {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      credentials: 'omit',
      ...(cacheModes()() && { cache: 'no-store' }),
      signal: stop.signal,
    })
    if (response.status !== 200 || redirectTarget(response, url)) return undefined
    const text = await readText(response, longest)
    return text === undefined ? undefined : jsonOf(text)
  }
  try {
    return await bounded(
      Promise.race([ask(), stopped]),
      options.timeout ?? 10_000,
      clock ?? systemClock,
      () => new Error('No answer in time'),
    )
  } finally {
    stop.abort()
    signal?.removeEventListener('abort', onAbort)
  }
}

/** An engine's own error would quote the answer. */
function jsonOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    throw new Error('The answer is no JSON')
  }
}

function checked(names: readonly string[], metadata: Record<string, unknown>): AuthorizationServerMetadata {
  const issuer = names.find((name) => name === metadata.issuer)
  if (!issuer) throw new Misfit(`The metadata is of another issuer than ${names[0]}: give it exactly as its server spells it`)
  // Every endpoint, since the app may send something, or its users, to any of them (A33): those without a field here are in `metadata`.
  for (const [name, value] of [metadata, Object(metadata.mtls_endpoint_aliases)].flatMap(Object.entries)) {
    if (!/_endpoint$|^jwks_uri$/.test(name) || value === null || value === '') continue
    const origin = typeof value === 'string' ? originOf(value) : undefined
    if (!origin || !isSafe(origin)) throw new Misfit(`The metadata's ${name} must be https`)
  }
  const tokenEndpoint = textOf(metadata.token_endpoint)
  if (!tokenEndpoint) throw new Misfit('The metadata has no token_endpoint')
  const revocationEndpoint = textOf(metadata.revocation_endpoint)
  const authorizationEndpoint = textOf(metadata.authorization_endpoint)
  const jwksUri = textOf(metadata.jwks_uri)
  return {
    tokenEndpoint,
    ...(revocationEndpoint && { revocationEndpoint }),
    ...(authorizationEndpoint && { authorizationEndpoint }),
    ...(jwksUri && { jwksUri }),
    issuer,
    metadata,
  }
}
