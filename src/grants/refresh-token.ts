import { SessionEndedError } from '../errors/session-ended-error'
import type { Grant } from './grant'
import { type TokenRequestOptions, tokenEndpointGrant } from './token-endpoint'
import type { RejectionTest } from './token-refusal'

/** Options of `refreshTokenGrant`. */
export interface RefreshTokenGrantOptions extends TokenRequestOptions {
  /**
   * For servers that don't say `invalid_grant`: whether an answer means that the refresh token is no longer good. `true` ends
   * the session, so be exact. It is not asked about 429 and 5xx.
   * @default absent: HTTP 400 or 401, JSON, exactly `invalid_grant`
   * @example ({ status, error }) => status === 400 && error === 'token_expired'
   */
  readonly isRejected?: RejectionTest | null | undefined
}

/**
 * Trades the refresh token for new tokens. The grant itself throws `SessionEndedError` (rejected), `TokenEndpointError` (misconfigured)
 * or `RefreshUnavailableError` (all else).
 * @throws {TypeError} for a token endpoint or a client id that can't be used, a scope that is a list, or an option that must be a function.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 §6}
 */
export function refreshTokenGrant(options: RefreshTokenGrantOptions): Grant {
  return tokenEndpointGrant(options, 'refresh-token', (tokens) => {
    if (!tokens?.refreshToken) throw new SessionEndedError()
    return { grant_type: 'refresh_token', refresh_token: tokens.refreshToken }
  })
}
