import { AuthError } from './auth-error'

/**
 * A `Lock` was not granted within `waitTimeout`, or could not be taken at all: then `cause` says why. Locks are never stolen: the holder
 * may be alive and slow.
 */
export class LockTimeoutError extends AuthError {
  override readonly name = 'LockTimeoutError'
  readonly code = 'ERR_LOCK_TIMEOUT'
  constructor(options?: ErrorOptions) {
    super(options?.cause ? 'The lock could not be taken' : 'The lock was not granted in time', options)
  }
}
