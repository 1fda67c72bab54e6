import { isAuthError } from '../errors/is-auth-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { SessionEndedError } from '../errors/session-ended-error'
import { TokenEndpointError } from '../errors/token-endpoint-error'

/** The three ways a refresh fails. */
export type Failure = { readonly kind: 'rejected'; readonly error: SessionEndedError } | Curable

/** Those that leave the session as it is, and are cooled down from. */
export type Curable = { readonly kind: 'misconfigured'; readonly error: TokenEndpointError } | Unavailable

/** Nobody knows more than that it has failed: it may be tried again. */
export interface Unavailable {
  readonly kind: 'unavailable'
  readonly error: RefreshUnavailableError
}

/**
 * Which of them a grant means by what it throws; all that isn't an error of ours is unavailable.
 * @param startsFromNothing the grant presents no token of a session that its rejection could end.
 * @param deadline of the exchange: a grant that it has ended may have had its request acted on.
 */
export function failureOf(thrown: unknown, startsFromNothing = false, deadline?: AbortSignal): Failure {
  const isRejected = isAuthError(thrown, 'ERR_SESSION_ENDED')
  if (isRejected && !startsFromNothing) return { kind: 'rejected', error: thrown }
  const error = isRejected ? new TokenEndpointError('invalid_grant', { cause: thrown }) : thrown
  if (isAuthError(error, 'ERR_TOKEN_ENDPOINT')) return { kind: 'misconfigured', error }
  if (isAuthError(error, 'ERR_REFRESH_UNAVAILABLE')) return { kind: 'unavailable', error }
  const late = deadline?.aborted && deadline.reason === error ? deadline.reason?.message : undefined
  return { kind: 'unavailable', error: new RefreshUnavailableError(late, { cause: error, answered: !late }) }
}
