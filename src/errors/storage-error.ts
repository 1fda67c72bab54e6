import { AuthError } from './auth-error'

/** The store, or the callback in its place, threw, hung, or holds what can't be read. The session is as it was. */
export class StorageError extends AuthError {
  override readonly name = 'StorageError'
  readonly code = 'ERR_STORAGE'
}
