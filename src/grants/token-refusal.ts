import type { AuthError } from '../errors/auth-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { SessionEndedError } from '../errors/session-ended-error'
import { TokenEndpointError } from '../errors/token-endpoint-error'
import { textOf } from '../platform/text-of'
import type { FormAnswer } from './form-post'
import { harmlessText } from './harmless-text'

/**
 * Says whether an answer means, in a server's own words, that the refresh token is no longer good. Only `true` counts; throwing
 * doesn't. Not asked about answers that merely say "not now": 429 and every 5xx.
 */
export type RejectionTest = (answer: {
  readonly status: number
  /** The JSON's `error`, where that is a string. */
  readonly error: string | undefined
  /** The parsed JSON; the text itself where it is none. */
  readonly body: unknown
}) => boolean

// RFC 6749 §5.2: said by a 400 or 401.
const isRejection = /^40[01] invalid_grant$/
const isMisconfiguration =
  /^40[01] (invalid_(client|request|scope|target)|unauthorized_client|unsupported_grant_type|(interaction|login|consent)_required)$/

/**
 * What an answer without usable tokens means. `SessionEndedError`: the refresh token was rejected. `TokenEndpointError`: the
 * client is misconfigured, or a person is needed. `RefreshUnavailableError`: everything else, so that nothing odd ends a session.
 */
export function tokenRefusal({ status, body, redirect, retryAt, sent }: FormAnswer, isRejected?: RejectionTest | null): AuthError {
  const fields = Object(body)
  const error = textOf(fields.error)
  const said = `${status} ${error}`
  let rejected = isRejection.test(said)
  try {
    rejected ||= body !== undefined && isRejected?.({ status, error, body }) === true
  } catch {}
  if (rejected) return new SessionEndedError('The refresh token was rejected')
  if (error && isMisconfiguration.test(said)) {
    // A28: fit for a log, and short.
    const errorDescription =
      harmlessText(fields.error_description, sent)
        .replace(/[^ -~]/g, '')
        .slice(0, 256) || undefined
    return new TokenEndpointError(error, { errorDescription, status })
  }
  // Such as RFC 6749's `temporarily_unavailable`.
  const [code = ''] = /^[a-z_]{1,64}$/.exec(harmlessText(error, sent)) ?? []
  const problem = redirect
    ? `redirects to ${redirect}`
    : `answered ${status}${code && ` ${code}`}${status === 200 ? ' without a usable access_token' : ''}`
  return new RefreshUnavailableError(`The token endpoint ${problem}`, { retryAt })
}
