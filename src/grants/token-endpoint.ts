import type { MaybePromise } from '../platform/maybe-promise'
import type { TokenSet } from '../tokens/token-set'
import type { ClientAuthentication } from './client-authentication'
import { type Parameters, postForm } from './form-post'
import type { Grant } from './grant'
import { type RejectionTest, tokenRefusal } from './token-refusal'
import { tokenResponse } from './token-response'

/** What every grant that asks a token endpoint may be told. */
export interface TokenRequestOptions {
  /** Absolute; requests go to exactly this. On React Native give a string: its `URL` changes what it is given. */
  readonly tokenEndpoint: string | URL
  /** The `client_id` of the app at the authorization server (RFC 6749 §2.2). */
  readonly clientId: string
  /**
   * How the client says who it is.
   * @default none
   */
  readonly clientAuthentication?: ClientAuthentication | null | undefined
  /**
   * Space-separated. What `forResource` asks for goes before it.
   * @default absent: the server decides
   */
  readonly scope?: string | null | undefined
  /** Parameters beyond the RFC's, such as `audience`. The ones the grant sends itself go before them. */
  readonly parameters?: Parameters | null | undefined
}

interface TokenEndpoint extends TokenRequestOptions {
  readonly isRejected?: RejectionTest | null | undefined
}

// No user name or password (RFC 6749 §2.3.1), no fragment (§3.2), nothing that two parsers read differently.
export const endpointUrl = /^https?:\/\/[^\s/?#@\\]+([/?][^\s#\\]*)?$/i

/**
 * A grant that asks the token endpoint for tokens, with the parameters that `own` makes of the current ones. Whatever else comes of
 * it is thrown as an `AuthError`: see `tokenRefusal` for answers, `postForm` for their absence.
 * @throws {TypeError} for a token endpoint, a client id or a function that can't be used.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 §3.2}
 */
export function tokenEndpointGrant(
  { clientId, clientAuthentication, isRejected, ...given }: TokenEndpoint,
  needs: Grant['needs'],
  own: (tokens: TokenSet | null) => MaybePromise<Record<string, string>>,
): Grant {
  // Its own, or a polluted prototype would ask for more (A56).
  const options = { scope: undefined, parameters: undefined, ...given }
  // Exactly as the caller wrote it: React Native's `URL` would neither check it nor leave it alone.
  const tokenEndpoint = String(options.tokenEndpoint)
  if (!endpointUrl.test(tokenEndpoint)) throw new TypeError('tokenEndpoint must be an absolute URL without user name or fragment')
  if (Array.isArray(options.scope)) throw new TypeError('scope must be a string, separated by spaces')
  if (!clientId) throw new TypeError('clientId must be a non-empty string')
  for (const [name, value] of Object.entries({ clientAuthentication, isRejected }))
    if (value && typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  const grant: Grant = async (tokens, context) => {
    const { scope = options.scope, resource, claims } = context
    // All anew the second time: an assertion may be used once.
    const post = async () => {
      const parameters = { ...options.parameters, ...(await own(tokens)) } // No name twice (RFC 6749 §3.2).
      if (scope) parameters.scope = scope
      if (resource) parameters.resource = resource
      if (claims) parameters.claims = claims
      return postForm(context, tokenEndpoint, clientId, clientAuthentication, parameters)
    }
    let answer = await post()
    // RFC 9449 §8: `context.fetch` has shown the scheme the nonce that was missing.
    if (Object(answer.body).error === 'use_dpop_nonce') answer = await post()
    const next = tokenResponse(answer.status === 200 && answer.body, context.clock.now())
    if (next.accessToken) return next as TokenSet
    if (next.refreshToken) context.rotated(next.refreshToken)
    throw tokenRefusal(answer, isRejected)
  }
  return Object.assign(grant, { needs, tokenEndpoint, clientId, clientAuthentication: clientAuthentication ?? undefined })
}
