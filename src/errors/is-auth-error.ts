import { type AuthError, brand } from './auth-error'
import type { LockTimeoutError } from './lock-timeout-error'
import type { RefreshExcessiveError } from './refresh-excessive-error'
import type { RefreshUnavailableError } from './refresh-unavailable-error'
import type { SessionChangedError } from './session-changed-error'
import type { SessionEndedError } from './session-ended-error'
import type { StorageError } from './storage-error'
import type { TokenEndpointError } from './token-endpoint-error'

/** The class of each `code`. */
interface AuthErrors {
  readonly ERR_LOCK_TIMEOUT: LockTimeoutError
  readonly ERR_REFRESH_EXCESSIVE: RefreshExcessiveError
  readonly ERR_REFRESH_UNAVAILABLE: RefreshUnavailableError
  readonly ERR_SESSION_CHANGED: SessionChangedError
  readonly ERR_SESSION_ENDED: SessionEndedError
  readonly ERR_STORAGE: StorageError
  readonly ERR_TOKEN_ENDPOINT: TokenEndpointError
}

/** Whether `error` was thrown by this package, also by another copy of it. */
export function isAuthError(error: unknown): error is AuthError
/** The same, and with that `code`: the error is then known by its class, with its fields. */
export function isAuthError<Code extends keyof AuthErrors>(error: unknown, code: Code): error is AuthErrors[Code]
export function isAuthError(error: unknown, code?: string): boolean {
  const known = Object(error)
  return Boolean(known[brand]) && (!code || known.code === code)
}
