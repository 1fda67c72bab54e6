import type { Clock } from '../platform/clock'
import type { MaybePromise } from '../platform/maybe-promise'

/**
 * How the client says who it is at the token endpoint: changes `headers` or `body` of the request about to be sent. Called
 * once per attempt.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 §2.3}
 */
export type ClientAuthentication = (request: {
  readonly url: string
  readonly headers: Headers
  readonly body: URLSearchParams
  readonly clientId: string
  readonly clock: Clock
}) => MaybePromise<void>
