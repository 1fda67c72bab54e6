import { AuthError } from './auth-error'

/** Before this call was sent, its session was replaced by another one: it must not go out with another user's token. */
export class SessionChangedError extends AuthError {
  override readonly name = 'SessionChangedError'
  readonly code = 'ERR_SESSION_CHANGED'
  constructor() {
    super('Another session replaced the one of this call')
  }
}
