import type { AuthError } from '../errors/auth-error'
import type { LogoutReason, SessionState } from './phase'

/**
 * What happens to a session, without its secrets. `session-changed`: there is a new `state`. `storage-error`: the store, or the callback in
 * its place, failed. `revocation`: what became of revoking a token. The others say it by their names.
 */
export type SessionEvent =
  | {
      readonly type: 'session-changed'
      /** The one from now on. */
      readonly state: SessionState
    }
  /** The pair was changed by others and nothing tells whether the session is the same; fires once per client. */
  | { readonly type: 'session-id-missing' }
  | {
      readonly type: 'storage-error'
      /** What was asked of it. */
      readonly operation: 'read' | 'write'
      /** A `StorageError`; its `cause`, where something was thrown. */
      readonly error: AuthError
    }
  | {
      readonly type: 'refresh-started'
      /** Why. */
      readonly because: RefreshCause
      /** Of the tokens that it is to replace. */
      readonly generation: number
    }
  | {
      readonly type: 'refresh-ended'
      /** How it came out. */
      readonly outcome: RefreshKind
      readonly generation: number
      /** Of a refresh that failed; `retryAt` on it says when the next will be tried. */
      readonly error?: AuthError | undefined
    }
  | {
      readonly type: 'revocation'
      /** Whether the server answered 200. */
      readonly revoked: boolean
    }
  | {
      readonly type: 'logout'
      /** Why. */
      readonly reason: LogoutReason
      /** The session that is over; absent where it had no id. */
      readonly sessionId?: string | undefined
    }

/** Why a refresh began: a 401, a token spent before the first send, `refreshAhead`, or the app's own `refresh()`. */
export type RefreshCause = 'unauthorized' | 'spent' | 'ahead' | 'asked'

/**
 * How a refresh came out. `adopted`: somebody else had refreshed already. `session-changed`: another session took its place, or
 * it was signed out, meanwhile. The last three are the ways it fails.
 */
export type RefreshKind = 'refreshed' | 'adopted' | 'session-changed' | 'rejected' | 'unavailable' | 'misconfigured'
