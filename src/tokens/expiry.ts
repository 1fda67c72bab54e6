import { isB64token } from './b64token'
import { jwtClaims } from './jwt'
import type { TokenSet } from './token-set'

/** What is known of an access token's time, in milliseconds. */
export interface Expiry {
  /** Absent where unknown. */
  readonly expiresAt?: number | undefined
  readonly lifetime?: number | undefined
  /** It can't stand in a header: it counts as past its expiry, and is never sent. */
  readonly isUnsendable?: true
}

/**
 * How a set came to be here. `received`: from the server or the app, just now; `seen`: somebody else's recent rotation;
 * `restored`: found at the start, of any age.
 */
export type Origin = 'received' | 'seen' | 'restored'

/**
 * When an access token expires. A lifetime is measured from receipt, so that a wrong device clock can't make a fresh token
 * look spent (F47); only a set that was found without `expiresAt` takes a JWT's `exp` at its word, as a hint.
 */
export function expiryOf(tokens: TokenSet, origin: Origin, now: number): Expiry {
  if (!isB64token(tokens.accessToken)) return { expiresAt: 0, isUnsendable: true }
  const { exp = NaN, iat = NaN } = jwtClaims(tokens.accessToken)
  const claimed = (exp - iat) * 1000
  const lifetime = claimed > 0 ? claimed : NaN
  const isLongOver = tokens.expiresAt === 0 // Said, and not absent.
  const said = Number(tokens.expiresAt)
  const expiresAt = isLongOver ? 0 : (!isInSeconds(said, now) && said) || (origin === 'restored' ? exp * 1000 : now + lifetime) || undefined
  // Of a restored opaque token nobody knows how long it lived: the whole leeway counts.
  return { expiresAt, lifetime: lifetime || (expiresAt && origin !== 'restored' ? Math.max(0, expiresAt - now) : undefined) }
}

/** What would be decades past was meant in seconds. */
export function isInSeconds(expiresAt: number, now: number): boolean {
  return expiresAt > 1e9 && expiresAt < now / 100
}

/** Whether the token expires within `leeway` milliseconds, or within half its lifetime where that is less. */
export function isSpent({ expiresAt = NaN, lifetime = Infinity }: Expiry, now: number, leeway: number): boolean {
  return now >= expiresAt - Math.min(leeway, lifetime / 2)
}
