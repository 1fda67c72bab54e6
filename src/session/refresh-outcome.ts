import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { SessionEndedError } from '../errors/session-ended-error'
import type { TokenEndpointError } from '../errors/token-endpoint-error'
import type { TokenSet } from '../tokens/token-set'
import type { RefreshKind } from './session-event'

export type RefreshFailure = RefreshUnavailableError | TokenEndpointError

/** How a refresh came out, for every caller that shares it. It never rejects. */
export interface RefreshOutcome {
  readonly kind: RefreshKind
  /** Of a refresh that failed. */
  readonly error?: RefreshFailure | SessionEndedError
  /** What was got for a target; the session keeps its own access token. */
  readonly tokens?: TokenSet | null
}

// No token request was made, or none that failed: there is nothing to cool down from.
export function unavailable(cause: unknown): RefreshOutcome {
  return { kind: 'unavailable', error: new RefreshUnavailableError(undefined, { cause }) }
}
