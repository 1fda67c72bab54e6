import { checkedClientId, checkedEndpoint } from './checked-options'
import type { ClientAuthentication } from './client-authentication'
import type { Grant, GrantContext } from './grant'
import { type GrantParameterOptions, grantParameters } from './grant-parameters'
import { requestTokens } from './token-endpoint'

export interface ClientCredentialsGrantOptions extends GrantParameterOptions {
  /** Absolute; requests go to exactly this. */
  readonly tokenEndpoint: string | URL
  readonly clientId: string
  /** How the client proves who it is: this grant is for confidential clients only. */
  readonly clientAuthentication: ClientAuthentication
}

/**
 * Gets tokens for the client itself, from nothing but its own credentials. Throws a `TypeError` for options that can't be used;
 * the grant itself throws as `refreshTokenGrant` does, and the client never ends a session over it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 §4.4}
 */
export function clientCredentialsGrant(options: ClientCredentialsGrantOptions): Grant {
  const tokenEndpoint = checkedEndpoint('tokenEndpoint', options.tokenEndpoint)
  const clientId = checkedClientId(options.clientId)
  if (typeof options.clientAuthentication !== 'function') {
    throw new TypeError('clientCredentialsGrant needs clientAuthentication, like clientSecretBasic(secret)')
  }
  const grant: Grant = async (_tokens, context) => {
    const parameters = grantParameters({ grant_type: 'client_credentials' }, options, context)
    const { refreshToken: _unused, ...tokens } = await requestTokens(
      { clientAuthentication: options.clientAuthentication, url: tokenEndpoint, clientId, parameters },
      withoutRotation(context),
    )
    return tokens
  }
  return Object.assign(grant, { needs: 'nothing', tokenEndpoint, clientId } as const)
}

// RFC 6749 §4.4.3: a refresh token should not be in the answer, and there is no use for one.
function withoutRotation(context: GrantContext): GrantContext {
  const { signal, clock } = context
  return { fetch: (input, init) => context.fetch(input, init), signal, clock, rotated: () => {} }
}
