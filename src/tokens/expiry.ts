import type { Clock } from '../platform/clock'
import { isB64token } from './b64token'
import { jwtClaims } from './jwt'
import { isTokenSet, type StoredSession } from './token-set'

/** What is known of an access token's time, in milliseconds. */
export interface Expiry {
  /** It can't stand in a header: it counts as past its expiry, and is never sent. */
  readonly isMalformed?: true
  readonly expiresAt?: number | undefined
  readonly lifetime?: number | undefined
}

/**
 * How a set came to be here. `received`: from the server or the app, just now; `seen`: somebody else's recent rotation;
 * `restored`: found at the start, of any age.
 */
export type Origin = 'received' | 'seen' | 'restored'

/**
 * When a stored session's access token expires. A lifetime is measured from receipt, so that a wrong device clock can't make
 * a fresh token look spent (F47); only a restored set without `expiresAt` takes a JWT's `exp` at its word, as a hint.
 */
export function expiryOf(stored: StoredSession, origin: Origin, clock: Clock): Expiry {
  if (!isTokenSet(stored)) return {}
  if (!isB64token(stored.accessToken)) return { isMalformed: true, expiresAt: 0 }
  const { exp, iat } = jwtClaims(stored.accessToken) ?? {}
  const claimed = exp !== undefined && iat !== undefined && exp > iat ? (exp - iat) * 1000 : undefined
  const given = Number.isFinite(stored.expiresAt) ? stored.expiresAt : undefined
  const now = clock.now()
  const measured = origin === 'received' && claimed !== undefined ? now + claimed : undefined
  const expiresAt = given ?? measured ?? (exp !== undefined ? exp * 1000 : undefined)
  // Of a restored opaque token nobody knows how long it lived: the whole leeway counts.
  const remaining = expiresAt !== undefined && origin !== 'restored' ? Math.max(0, expiresAt - now) : undefined
  return { expiresAt, lifetime: claimed ?? remaining }
}

/** Whether the token expires within `leeway` milliseconds, or within half its lifetime where that is less. */
export function isSpent(expiry: Expiry, now: number, leeway: number): boolean {
  return expiry.expiresAt !== undefined && now >= expiry.expiresAt - Math.min(leeway, (expiry.lifetime ?? Number.POSITIVE_INFINITY) / 2)
}
