import type { AuthError } from '../errors/auth-error'
import type { LogoutReason, SessionState } from './phase'

/** What happens to a session, without its secrets. */
export type SessionEvent =
  | { readonly type: 'session-changed'; readonly state: SessionState }
  /** The pair was changed by others and nothing tells whether the session is the same; fires once per client. */
  | { readonly type: 'session-id-missing' }
  | { readonly type: 'storage-error'; readonly operation: 'read' | 'write'; readonly error: AuthError }
  | { readonly type: 'refresh-started'; readonly because: RefreshCause; readonly generation: number }
  | {
      readonly type: 'refresh-ended'
      readonly outcome: RefreshKind
      readonly generation: number
      /** Of a refresh that failed; `retryAt` on it says when the next will be tried. */
      readonly error?: AuthError | undefined
    }
  | { readonly type: 'revocation'; readonly revoked: boolean }
  | { readonly type: 'logout'; readonly reason: LogoutReason; readonly sessionId?: string | undefined }

/** Why a refresh began: a 401, a token spent before the first send, `refreshAhead`, or the app's own `refresh()`. */
export type RefreshCause = 'unauthorized' | 'spent' | 'ahead' | 'asked'

/**
 * How a refresh came out. `adopted`: somebody else had refreshed already. `session-changed`: another session took its place, or
 * it was signed out, meanwhile. The last three are the ways it fails.
 */
export type RefreshKind = 'refreshed' | 'adopted' | 'session-changed' | 'rejected' | 'unavailable' | 'misconfigured'
