/** One sign-in at the authorization server, and all tokens that come from it. */
export interface TokenFamily {
  /** Counts them, from 0. */
  readonly id: number
  /** Whose it is. */
  readonly sub: string
  /** Space-separated, as granted; `undefined` where nobody asked for one. */
  readonly scope: string | undefined
  /** Why no token of it is good any more. */
  revoked?: string
}

/** One pair, and what became of its refresh token. */
export interface IssuedTokens {
  /** As it is presented. */
  readonly refreshToken: string
  /** As it is sent. */
  readonly accessToken: string
  /** The sign-in that it comes from. */
  readonly family: TokenFamily
  /** The family's, or the part of it that the refresh asked for. */
  readonly scope: string | undefined
  /** Later ones are newer. */
  readonly serial: number
  /** When the refresh token was consumed, in milliseconds since the epoch; absent while it is live. */
  consumedAt?: number
  /** The pair that took its place. */
  successor?: IssuedTokens
}

/** One access token, and how long it is good. */
export interface IssuedAccess {
  /** The sign-in that it comes from. */
  readonly family: TokenFamily
  /** The pair that it is part of. */
  readonly issued: IssuedTokens
  /** In milliseconds since the epoch; moved to the past by `spoilAccessTokens`. */
  expiresAt: number
}
