import type { AuthError } from '../errors/auth-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { SessionEndedError } from '../errors/session-ended-error'
import { TokenEndpointError } from '../errors/token-endpoint-error'
import type { FormAnswer } from './form-post'
import { textOf } from './text-of'

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

const misconfigured =
  /^(invalid_(client|request|scope|target)|unauthorized_client|unsupported_grant_type|(interaction|login|consent)_required)$/

/**
 * What an answer without usable tokens means. `SessionEndedError`: the refresh token was rejected. `TokenEndpointError`: the
 * client is misconfigured, or a person is needed. `RefreshUnavailableError`: everything else, so that nothing odd ends a session.
 */
export function tokenRefusal(answer: FormAnswer, isRejected?: RejectionTest | null): AuthError {
  const { status, body, redirect, retryAt } = answer
  const error = textOf(Object(body).error)
  const code = status === 400 || status === 401 ? error : '' // RFC 6749 §5.2
  let rejected = code === 'invalid_grant'
  try {
    rejected = rejected || (body !== undefined && isRejected?.({ status, error, body }) === true)
  } catch {}
  if (rejected) return new SessionEndedError('The refresh token was rejected')
  if (code && misconfigured.test(code)) return new TokenEndpointError(code, { errorDescription: description(answer), status })
  const problem = redirect ? `redirects to ${redirect}` : `answered ${status}`
  return new RefreshUnavailableError(`The token endpoint ${problem}`, { retryAt })
}

// A28: fit for a log, and short. A35: nothing from a server that repeats a secret it was sent.
function description({ body, sent }: FormAnswer): string | undefined {
  const said = textOf(Object(body).error_description)
  const secrets = [...sent.matchAll(/(?:token|secret|assertion)=([^&]+)/g)]
  if (secrets.some(([, secret = '']) => said?.includes(decodeURIComponent(secret.replace(/\+/g, ' '))))) return undefined
  return said?.replace(/[^ -~]/g, '').slice(0, 256)
}
