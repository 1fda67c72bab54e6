import { AuthError } from './auth-error'

/**
 * There is no session to refresh: nobody is signed in, or the authorization server refused the refresh token.
 * A custom `Grant` throws it to say the same (RFC 6749 §5.2 `invalid_grant`); the client then ends the session.
 */
export class SessionEndedError extends AuthError {
  override readonly name = 'SessionEndedError'
  readonly code = 'ERR_SESSION_ENDED'
  constructor(message = 'There is no session', options?: ErrorOptions) {
    super(message, options)
  }
}
