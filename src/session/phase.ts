import type { Expiry } from '../tokens/expiry'
import type { StoredSession } from '../tokens/token-set'

/** Why a session ended, as the app hears it. */
export type LogoutReason = 'refresh_rejected' | 'no_refresh_token' | 'signed_out' | 'ended_elsewhere'

/** What the app may know of the session: frozen, no secrets, the same object until it changes. */
export type SessionState =
  | { readonly status: 'restoring' }
  | { readonly status: 'anonymous' }
  | {
      readonly status: 'authenticated'
      readonly sessionId?: string | undefined
      /** Counts the changes of the token set. */
      readonly generation: number
      /** In milliseconds since the epoch; absent where unknown. */
      readonly expiresAt?: number | undefined
    }
  | { readonly status: 'ended'; readonly reason: LogoutReason }

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
