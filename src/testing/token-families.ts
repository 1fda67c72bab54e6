import type { IssuedAccess, IssuedTokens, TokenFamily } from './issued-tokens'
import { claimsOf, type TokenClaims } from './token-claims'
import { unsignedJwt } from './unsigned-jwt'

/** How refresh tokens rotate, and how long tokens live. */
export interface RotationOptions {
  /**
   * Whether each refresh gives a new refresh token and consumes the old one (RFC 9700 §4.14.2).
   * @default true
   */
  readonly rotates?: boolean | undefined
  /**
   * What presenting a consumed refresh token does: `'revoke'` ends the whole session, `'refuse'` only answers `invalid_grant`.
   * @default 'revoke'
   */
  readonly reuse?: 'revoke' | 'refuse' | undefined
  /**
   * How long a consumed refresh token may be presented again, in milliseconds.
   * @default 0
   */
  readonly overlap?: number | undefined
  /**
   * What that gives: the pair that took its place, or one more.
   * @default 'the same pair'
   */
  readonly overlapGives?: 'the same pair' | 'a new pair' | undefined
  /**
   * How long an access token lives, in milliseconds.
   * @default 3_600_000
   */
  readonly lifetime?: number | undefined
  /**
   * Whether a revoked session's access tokens stop at once, rather than at their expiry.
   * @default true
   */
  readonly revokesAccess?: boolean | undefined
  /**
   * `'jwt'`: access tokens look like JWTs (`sub`, `sid`, `iat`, `exp`, `scope`), but carry no signature that verifies. Or a function
   * that makes one of such claims; `jti` is another one each time.
   * @default 'opaque'
   */
  readonly accessTokens?: 'opaque' | 'jwt' | ((claims: TokenClaims) => string) | undefined
}

/** Rotation, reuse detection and overlap windows, without a wire: what an authorization server knows of its refresh tokens. */
export class TokenFamilies {
  /** In the order of their sign-ins. */
  readonly families: TokenFamily[] = []
  /** All that were issued, by the refresh token. */
  readonly refreshTokens = new Map<string, IssuedTokens>()
  /** All that were issued, by the access token. */
  readonly accessTokens = new Map<string, IssuedAccess>()
  /** Successful refreshes. */
  refreshes = 0
  /** How often a consumed refresh token was presented outside its overlap window, while its family was not revoked. */
  reuses = 0
  readonly #options: RotationOptions
  readonly #now: () => number
  #serial = 0

  constructor(options: RotationOptions, now: () => number) {
    this.#options = options
    this.#now = now
  }

  /** The first pair of a new session. */
  signIn(sub = 'user', scope?: string): IssuedTokens {
    const family: TokenFamily = { id: this.families.length, sub, scope }
    this.families.push(family)
    return this.#issue(family)
  }

  /** One more pair of the same session: what asking the person again leads to. */
  again(family: TokenFamily): IssuedTokens {
    return this.#issue(family)
  }

  /** What a presented refresh token gives; `undefined`: `invalid_grant`. `scope`: of the access token, where it is less than all. */
  refresh(refreshToken: string, scope?: string): IssuedTokens | undefined {
    const presented = this.refreshTokens.get(refreshToken)
    if (!presented || presented.family.revoked) return undefined
    const issued = this.#successorOf(presented, presented.family.scope && scope)
    if (issued) this.refreshes++
    return issued
  }

  /** Ends the session that a refresh or an access token belongs to. */
  revoke(token: string): void {
    const family = this.familyOf(token)
    if (family) family.revoked ??= 'revoked'
  }

  /** The session that a refresh or an access token belongs to; `undefined` where it is unknown. */
  familyOf(token: string): TokenFamily | undefined {
    return this.refreshTokens.get(token)?.family ?? this.accessTokens.get(token)?.family
  }

  /** Whether the refresh token could be spent now. */
  isLive(refreshToken: string): boolean {
    const issued = this.refreshTokens.get(refreshToken)
    return issued !== undefined && issued.consumedAt === undefined && !issued.family.revoked
  }

  /** What an access token stands for, if it is good now. */
  accepts(accessToken: string): IssuedAccess | undefined {
    const access = this.accessTokens.get(accessToken)
    const isRevoked = access?.family.revoked && (this.#options.revokesAccess ?? true)
    return access && !isRevoked && this.#now() < access.expiresAt ? access : undefined
  }

  /** No access token issued so far is good any more, whatever it says of itself. */
  spoilAccessTokens(): void {
    for (const access of this.accessTokens.values()) access.expiresAt = Number.NEGATIVE_INFINITY
  }

  #successorOf(presented: IssuedTokens, scope: string | undefined): IssuedTokens | undefined {
    const { family, consumedAt, successor } = presented
    const { overlap, overlapGives, reuse, rotates } = this.#options
    if (consumedAt !== undefined) {
      if (this.#now() - consumedAt < (overlap ?? 0)) return overlapGives === 'a new pair' ? this.#issue(family, scope) : successor
      this.reuses++
      if (reuse !== 'refuse') family.revoked = `reuse of refresh token ${presented.serial}`
      return undefined
    }
    if (!(rotates ?? true)) return this.#issue(family, scope, presented)
    presented.consumedAt = this.#now()
    presented.successor = this.#issue(family, scope)
    return presented.successor
  }

  #issue(family: TokenFamily, scope = family.scope, keeps?: IssuedTokens): IssuedTokens {
    const serial = ++this.#serial
    const now = this.#now()
    const lifetime = this.#options.lifetime ?? 3_600_000
    const issued: IssuedTokens = {
      refreshToken: keeps?.refreshToken ?? `refresh-${serial}`,
      accessToken: accessTokenOf(this.#options.accessTokens ?? 'opaque', claimsOf(family, scope, serial, now, lifetime)),
      family,
      scope,
      serial,
    }
    if (!keeps) this.refreshTokens.set(issued.refreshToken, issued)
    this.accessTokens.set(issued.accessToken, { family, issued, expiresAt: now + lifetime })
    return issued
  }
}

function accessTokenOf(form: NonNullable<RotationOptions['accessTokens']>, claims: TokenClaims): string {
  if (typeof form === 'function') return form(claims)
  return form === 'opaque' ? `access-${claims.jti}` : unsignedJwt({ ...claims })
}
