import { AuthError } from './auth-error'

/** A `Lock` was not granted within `waitTimeout`. Locks are never stolen: the holder may be alive and slow. */
export class LockTimeoutError extends AuthError {
  override readonly name = 'LockTimeoutError'
  readonly code = 'ERR_LOCK_TIMEOUT'
  constructor(options?: ErrorOptions) {
    super('The lock was not granted in time', options)
  }
}
