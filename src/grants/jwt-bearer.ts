import type { MaybePromise } from '../platform/maybe-promise'
import { givenToken } from './given-token'
import type { Grant } from './grant'
import { type TokenRequestOptions, tokenEndpointGrant } from './token-endpoint'

/** Options of `jwtBearerGrant`. */
export interface JwtBearerGrantOptions extends TokenRequestOptions {
  /** The assertion, or where to get a new one: asked for each token request, since a server may take each assertion only once. */
  readonly assertion: string | (() => MaybePromise<string>)
}

/**
 * Trades an assertion, a JWT signed by somebody whom the server trusts, for tokens. It needs no refresh token, and ends no session.
 * @throws {TypeError} without an assertion, and as `refreshTokenGrant` does.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.1 RFC 7523 §2.1}
 */
export function jwtBearerGrant(options: JwtBearerGrantOptions): Grant {
  const { assertion } = options
  if (!assertion) throw new TypeError('jwtBearerGrant needs assertion: a JWT, or a function that returns one')
  return tokenEndpointGrant(options, 'nothing', async () => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await givenToken('jwtBearerGrant: assertion', assertion),
  }))
}
