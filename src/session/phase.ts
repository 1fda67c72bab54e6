import type { Expiry } from '../tokens/expiry'
import type { StoredSession } from '../tokens/token-set'

/**
 * Why a session ended, as the app hears it. `refresh_rejected`: the server refused the refresh token, or a cookie session's renewal.
 * `no_refresh_token`: the API refused the access token, and there is nothing to refresh with. `signed_out`: `logout()` was called here.
 * `ended_elsewhere`: another tab, process or client ended it, or the tokens are gone from where they live.
 */
export type LogoutReason = 'refresh_rejected' | 'no_refresh_token' | 'signed_out' | 'ended_elsewhere'

/**
 * What the app may know of the session: frozen, no secrets, the same object until it changes. `restoring`: the store has not been read
 * yet; `anonymous`: nobody is signed in; `ended`: somebody was.
 */
export type SessionState =
  | { readonly status: 'restoring' }
  | { readonly status: 'anonymous' }
  | {
      readonly status: 'authenticated'
      /** Of this sign-in; absent where the store gave none. */
      readonly sessionId?: string | undefined
      /** Counts the changes of the token set. */
      readonly generation: number
      /** In milliseconds since the epoch; absent where unknown. */
      readonly expiresAt?: number | undefined
    }
  | {
      readonly status: 'ended'
      /** Why. */
      readonly reason: LogoutReason
    }

/** What we know of it: replaced as a whole at every change, so a call can keep the one it began with and compare. */
export type Phase = Authenticated | Vacant

interface Counts {
  /** What the app may see of it. */
  readonly state: SessionState
  /** Counts sessions: two phases of one epoch belong to one sign-in. */
  readonly epoch: number
  /** Counts token sets. */
  readonly generation: number
  /** Counts changes by others that could not be told from another sign-in. */
  readonly doubt: number
}

export interface Authenticated extends Counts {
  readonly held: StoredSession
  readonly expiry: Expiry
}

/** Restoring, anonymous or ended. */
interface Vacant extends Counts {
  readonly held?: undefined
  /** What it ended with: seeing it again in the store brings nothing back. */
  readonly dead?: StoredSession | undefined
}
