import type { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { TokenEndpointError } from '../errors/token-endpoint-error'

/** Whether the authorization server wants a person to act (OpenID Connect Core §3.1.2.6): a step-up, not a failure. */
export function needsPerson(error: RefreshUnavailableError | TokenEndpointError): error is TokenEndpointError {
  return error.code === 'ERR_TOKEN_ENDPOINT' && /^(interaction|login|consent)_required$/.test(error.error)
}
