import type { TokenFamily } from './issued-tokens'

/** What an access token says of itself. */
export interface TokenClaims {
  /** Whose it is. */
  readonly sub: string
  /** Which sign-in it comes from. */
  readonly sid: string
  /** Another one for each token. */
  readonly jti: string
  /** When it was made, in seconds since the epoch. */
  readonly iat: number
  /** When it ends, in seconds since the epoch. */
  readonly exp: number
  /** Space-separated. */
  readonly scope?: string | undefined
}

const year = 31_536_000_000

export function claimsOf({ id, sub }: TokenFamily, scope: string | undefined, serial: number, now: number, lifetime: number): TokenClaims {
  const iat = Math.floor(now / 1000)
  return { sub, sid: `session-${id}`, jti: String(serial), iat, exp: iat + Math.min(lifetime, year) / 1000, scope }
}
