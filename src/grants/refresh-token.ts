import { SessionEndedError } from '../errors/session-ended-error'
import type { ClientAuthentication } from './client-authentication'
import type { Grant } from './grant'
import { type TokenRequestOptions, tokenEndpointGrant } from './token-endpoint'
import type { RejectionTest } from './token-refusal'

/** Options of `refreshTokenGrant`. */
export interface RefreshTokenGrantOptions extends TokenRequestOptions {
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
   * For servers that don't say `invalid_grant`: whether an answer means that the refresh token is no longer good. `true` ends
   * the session, so be exact. It is not asked about 429 and 5xx.
   * @default absent: HTTP 400 or 401, JSON, exactly `invalid_grant`
   * @example ({ status, error }) => status === 400 && error === 'token_expired'
   */
  readonly isRejected?: RejectionTest | null | undefined
}

/**
 * Trades the refresh token for new tokens. Throws a `TypeError` for a token endpoint or client id that can't be used; the grant
 * itself throws `SessionEndedError` (rejected), `TokenEndpointError` (misconfigured) or `RefreshUnavailableError` (all else).
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 §6}
 */
export function refreshTokenGrant(options: RefreshTokenGrantOptions): Grant {
  return tokenEndpointGrant(options, 'refresh-token', (tokens) => {
    if (!tokens?.refreshToken) throw new SessionEndedError()
    return { grant_type: 'refresh_token', refresh_token: tokens.refreshToken }
  })
}
