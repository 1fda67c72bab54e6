import { isB64token } from './b64token'
import { jwtClaims } from './jwt'
import type { TokenSet } from './token-set'

/** What is known of an access token's time, in milliseconds. */
export interface Expiry {
  /** Since the epoch; absent where unknown. */
  readonly expiresAt?: number | undefined
  /** From receipt to expiry; absent where unknown. */
  readonly lifetime?: number | undefined
  /** It can't stand in a header: it counts as past its expiry, and is never sent. */
  readonly isUnsendable?: true
}

/**
 * How a set came to be here. `received`: from the server or the app, just now; `seen`: somebody else's recent rotation;
 * `restored`: found at the start, of any age.
 */
export type Arrival = 'received' | 'seen' | 'restored'

/**
 * When an access token expires. A lifetime is measured from receipt, so that a wrong device clock can't make a fresh token
 * look spent (F47); only a set that was found without `expiresAt` takes a JWT's `exp` at its word, as a hint.
 */
export function expiryOf(tokens: TokenSet, arrival: Arrival, now: number): Expiry {
  if (!isB64token(tokens.accessToken)) return { expiresAt: 0, isUnsendable: true }
  const { exp = NaN, iat = NaN } = jwtClaims(tokens.accessToken)
  // NaN stands for "unknown" until the end: it goes through the arithmetic, and is falsy.
  const claimed = (exp - iat) * 1000
  const lifetime = claimed > 0 ? claimed : NaN
  const isLongOver = tokens.expiresAt === 0 // Said so, unlike an `expiresAt` that is absent.
  const said = Number(tokens.expiresAt)
  const expiresAt = isLongOver
    ? 0
    : (!isInSeconds(said, now) && said) || (arrival === 'restored' ? exp * 1000 : now + lifetime) || undefined
  // How old a restored token was when it was found is unknown, and so is its lifetime if it doesn't claim one: then the whole leeway counts.
  const left = expiresAt && arrival !== 'restored' ? Math.max(0, expiresAt - now) : undefined
  // Some servers hand out a token of their cache, or say less than it claims: half of what is left counts.
  return { expiresAt, lifetime: left === undefined ? lifetime || undefined : Math.min(left, lifetime || left) }
}

/** What would be decades past was meant in seconds. */
export function isInSeconds(expiresAt: number, now: number): boolean {
  return expiresAt > 1e9 && expiresAt < now / 100
}

/** Whether the token expires within `leeway` milliseconds, or within half its lifetime where that is less. */
export function isSpent({ expiresAt = NaN, lifetime = Infinity }: Expiry, now: number, leeway: number): boolean {
  return now >= expiresAt - Math.min(leeway, lifetime / 2)
}
