import type { ClientAuthentication } from './client-authentication'
import type { Grant } from './grant'
import { type TokenRequestOptions, tokenEndpointGrant } from './token-endpoint'

/** Options of `clientCredentialsGrant`. */
export interface ClientCredentialsGrantOptions extends TokenRequestOptions {
  /** How the client proves who it is: this grant is for confidential clients only. */
  readonly clientAuthentication: ClientAuthentication
}

/**
 * Gets tokens for the client itself, from nothing but its own credentials. The grant itself throws as `refreshTokenGrant`'s does; the
 * client never ends a session over it.
 * @throws {TypeError} without `clientAuthentication`, and as `refreshTokenGrant` does.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 §4.4}
 */
export function clientCredentialsGrant(options: ClientCredentialsGrantOptions): Grant {
  const request = tokenEndpointGrant(options, 'nothing', () => ({ grant_type: 'client_credentials' }))
  if (typeof options.clientAuthentication !== 'function') {
    throw new TypeError('clientCredentialsGrant needs clientAuthentication, like clientSecretBasic(secret)')
  }
  // RFC 6749 §4.4.3: a refresh token should not be in the answer, and there is no use for one.
  const grant: Grant = async (_tokens, context) => {
    const { refreshToken: _unused, ...tokens } = await request(null, { ...context, rotated: () => {} })
    return tokens
  }
  return Object.assign(grant, request)
}
