import { fromBase64 } from '../platform/base64'
import { type Clock, systemClock } from '../platform/clock'
import type { TokenSet } from '../tokens/token-set'
import type { IssuedTokens } from './issued-tokens'
import { jsonResponse } from './json-response'
import { serverOrigin } from './server-origin'
import { type ReceivedRequest, type TestServer, testServer } from './test-server'
import { type RotationOptions, TokenFamilies } from './token-families'

/** Options of `authorizationServer`. */
export interface AuthorizationServerOptions extends RotationOptions {
  /**
   * Where it is; a path is dropped.
   * @default 'https://login.example.com'
   */
  readonly origin?: string | undefined
  /** Its time: give it the one that the client has. @default the system's */
  readonly clock?: Pick<Clock, 'now'> | undefined
  /**
   * Whether token responses say `expires_in`.
   * @default true
   */
  readonly tellsLifetime?: boolean | undefined
  /**
   * Confidential clients, as `{ [client_id]: client_secret }`. Where given, all others are `invalid_client`.
   * @default absent: every client is public and known
   */
  readonly clients?: Readonly<Record<string, string>> | undefined
}

/**
 * An authorization server in memory: refresh tokens that rotate, reuse detection, client credentials, revocation. No sign-in pages:
 * `signIn()` gives the tokens that one would have led to.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 §6}
 */
export interface TestAuthorizationServer extends TestServer {
  /** `<origin>/token` (RFC 6749 §3.2). */
  readonly tokenEndpoint: string
  /** `<origin>/revoke` (RFC 7009). */
  readonly revocationEndpoint: string
  /** What it knows of every token it has issued. */
  readonly tokens: TokenFamilies
  /** A new session, with tokens for `setTokens` or a store. */
  signIn(user?: { readonly sub?: string | undefined; readonly scope?: string | undefined }): TokenSet
  /** Ends the session that a refresh or an access token belongs to. */
  revoke(token: string): void
  /** APIs refuse every access token given so far, though its time is not over. */
  spoilAccessTokens(): void
  /** Successful refreshes. */
  readonly refreshes: number
  /** How often a consumed refresh token was presented after its overlap, while its session was on: a client that does so loses sessions. */
  readonly reuses: number
  /** Requests to the token endpoint; `requests` holds those to the revocation endpoint as well. */
  readonly tokenRequests: readonly ReceivedRequest[]
  /** Tokens received at the revocation endpoint. */
  readonly revoked: readonly string[]
}

/**
 * Makes an authorization server in memory.
 * @throws {TypeError} for an origin that is none.
 */
export function authorizationServer(options: AuthorizationServerOptions = {}): TestAuthorizationServer {
  const { clients } = options
  const clock = options.clock ?? systemClock
  const lifetime = options.lifetime ?? 3_600_000
  const origin = serverOrigin(options.origin ?? 'https://login.example.com')
  const tellsLifetime = (options.tellsLifetime ?? true) && Number.isFinite(lifetime)
  const tokens = new TokenFamilies(options, () => clock.now())
  const revoked: string[] = []
  const tokenEndpoint = `${origin}/token`
  const revocationEndpoint = `${origin}/revoke`

  // In an overlap window the same pair is given again: part of its time is over.
  const lifetimeOf = (accessToken: string): number => {
    const left = Number(tokens.accessTokens.get(accessToken)?.expiresAt) - clock.now()
    return Number.isFinite(left) ? Math.max(left, 0) : lifetime
  }

  const answerOf = ({ accessToken, refreshToken, scope }: IssuedTokens, withRefreshToken: boolean): Response =>
    jsonResponse(
      200,
      {
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: tellsLifetime ? lifetimeOf(accessToken) / 1000 : undefined,
        refresh_token: withRefreshToken ? refreshToken : undefined,
        scope,
      },
      { 'cache-control': 'no-store' },
    )

  const server = testServer(origin, (request) => {
    const { url, method, headers } = request
    const form = new URLSearchParams(request.text)
    const field = (name: string): string => form.get(name) ?? ''
    if (method !== 'POST' || (url !== tokenEndpoint && url !== revocationEndpoint)) return jsonResponse(404, { error: 'not_found' })
    const [id, secret] = credentialsOf(headers.get('authorization') ?? '', form)
    if (clients && !(Object.hasOwn(clients, id) && clients[id] === secret)) {
      return jsonResponse(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="token endpoint"' })
    }
    const provesTwice = headers.has('authorization') && form.has('client_secret') // RFC 6749 §2.3.
    if (provesTwice || !isForm(headers, form)) return jsonResponse(400, { error: 'invalid_request' })
    if (url === revocationEndpoint) {
      if (!field('token')) return jsonResponse(400, { error: 'invalid_request' })
      revoked.push(field('token'))
      tokens.revoke(field('token'))
      return new Response(null)
    }
    switch (field('grant_type')) {
      case 'client_credentials':
        return answerOf(tokens.signIn(id || 'client', field('scope') || undefined), false)
      case 'refresh_token': {
        const [refreshToken, scope] = [field('refresh_token'), field('scope') || undefined]
        if (!refreshToken) return jsonResponse(400, { error: 'invalid_request' })
        if (!isWithin(scope, tokens.familyOf(refreshToken)?.scope)) return jsonResponse(400, { error: 'invalid_scope' })
        const issued = tokens.refresh(refreshToken, scope)
        return issued ? answerOf(issued, options.rotates ?? true) : jsonResponse(400, { error: 'invalid_grant' })
      }
      case '':
        return jsonResponse(400, { error: 'invalid_request' })
      default:
        return jsonResponse(400, { error: 'unsupported_grant_type' })
    }
  })

  return {
    ...server,
    tokenEndpoint,
    revocationEndpoint,
    tokens,
    revoked,
    signIn({ sub, scope } = {}) {
      const { accessToken, refreshToken } = tokens.signIn(sub, scope)
      const expiresAt = tellsLifetime ? clock.now() + lifetime : undefined
      return { accessToken, refreshToken, tokenType: 'Bearer', ...(expiresAt !== undefined && { expiresAt }), ...(scope && { scope }) }
    },
    revoke: (token) => tokens.revoke(token),
    spoilAccessTokens: () => tokens.spoilAccessTokens(),
    get refreshes() {
      return tokens.refreshes
    },
    get reuses() {
      return tokens.reuses
    },
    get tokenRequests() {
      return server.requests.filter(({ url }) => url === tokenEndpoint)
    },
  }
}

/** Whether it says that it is a form, and has no parameter twice but those that RFC 8693 and RFC 8707 let repeat (RFC 6749 §3.2). */
function isForm(headers: Headers, form: URLSearchParams): boolean {
  const names = [...form.keys()].filter((name) => !/^(audience|resource)$/.test(name))
  return /^application\/x-www-form-urlencoded *(;|$)/i.test(headers.get('content-type') ?? '') && new Set(names).size === names.length
}

/** Whether a refresh may ask for it: where it is known what was granted, for part of that (RFC 6749 §6). */
function isWithin(scope: string | undefined, granted: string | undefined): boolean {
  return !scope || !granted || scope.split(' ').every((part) => granted.split(' ').includes(part))
}

// RFC 6749 §2.3.1: in the header, each form-urlencoded, or in the body. What can't be read is nobody's.
function credentialsOf(authorization: string, form: URLSearchParams): readonly [id: string, secret: string] {
  const [, basic] = /^Basic ([\w+/]+=*)$/i.exec(authorization) ?? []
  if (!basic) return [form.get('client_id') ?? '', form.get('client_secret') ?? '']
  try {
    // The first colon is the one between them (RFC 7617 §2).
    const [, ...parts] = /^([^:]*):?(.*)$/s.exec(fromBase64(basic)) ?? []
    const [id = '', secret = ''] = parts.map((part) => decodeURIComponent(part.replace(/\+/g, ' ')))
    return [id, secret]
  } catch {
    return ['', '']
  }
}
