import { type AuthError, isAuthError } from '../errors/auth-error'
import type { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { SessionEndedError } from '../errors/session-ended-error'
import { TokenEndpointError } from '../errors/token-endpoint-error'

/** The three ways a refresh fails. */
export type RefreshFailure =
  | { readonly kind: 'rejected'; readonly error: SessionEndedError }
  | { readonly kind: 'misconfigured'; readonly error: TokenEndpointError }
  | {
      readonly kind: 'unavailable'
      readonly cause: unknown
      readonly message: string
      readonly retryAt?: number | undefined
      /** No readable answer arrived: the refresh token may be consumed, or not. */
      readonly ambiguous: boolean
    }

/** What a grant means by what it threw: by code, so that two copies of the package agree. */
export function classifyFailure(error: unknown, sessionless: boolean): RefreshFailure {
  if (is<SessionEndedError>(error, 'ERR_SESSION_ENDED')) {
    if (!sessionless) return { kind: 'rejected', error }
    return { kind: 'misconfigured', error: new TokenEndpointError('invalid_grant', { cause: error }) }
  }
  if (is<TokenEndpointError>(error, 'ERR_TOKEN_ENDPOINT')) return { kind: 'misconfigured', error }
  if (is<RefreshUnavailableError>(error, 'ERR_REFRESH_UNAVAILABLE')) {
    const { message, retryAt } = error
    return { kind: 'unavailable', cause: error.cause ?? error, message, retryAt, ambiguous: !error.answered }
  }
  return { kind: 'unavailable', cause: error, message: 'The access token could not be refreshed', ambiguous: false }
}

function is<Known extends AuthError>(error: unknown, code: Known['code']): error is Known {
  return isAuthError(error) && error.code === code
}
