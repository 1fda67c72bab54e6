import type { Plan } from './plan'

/** One sign-in at the authorization server: all tokens that come from it. The tests' word for a session. */
export interface Family {
  readonly id: number
  readonly user: 1 | 2
  /** Why no token of it is good any more. */
  revoked?: string
}

/** A refresh token. */
export interface Issued {
  readonly refreshToken: string
  readonly accessToken: string
  readonly family: Family
  /** Later ones are newer. */
  readonly serial: number
  consumedAt?: number
  successor?: Issued
}

export interface Access {
  readonly family: Family
  readonly issued: Issued
  expiresAt: number
}

const epoch = 1_700_000_000

/** Rotation, reuse detection and overlap windows. It answers at once: the way there and back is the network's. */
export class AuthorizationServer {
  readonly families: Family[] = []
  readonly refreshTokens = new Map<string, Issued>()
  readonly accessTokens = new Map<string, Access>()
  private serial = 0

  constructor(
    private readonly plan: Plan,
    private readonly now: () => number,
  ) {}

  signIn(user: 1 | 2): Issued {
    const family: Family = { id: this.families.length, user }
    this.families.push(family)
    return this.issue(family)
  }

  /** What a presented refresh token gives; `undefined`: `invalid_grant`. */
  refresh(refreshToken: string): Issued | undefined {
    const presented = this.refreshTokens.get(refreshToken)
    if (!presented || presented.family.revoked) return undefined
    const { family, consumedAt, successor } = presented
    if (consumedAt !== undefined) {
      if (this.now() - consumedAt < this.plan.overlap) {
        if (this.plan.overlapGives === 'the same pair') return successor
        return this.issue(family)
      }
      if (this.plan.reuse === 'revoke') family.revoked = `reuse of ${nameOf(presented)}`
      return undefined
    }
    if (!this.plan.rotates) return this.issue(family, presented)
    presented.consumedAt = this.now()
    presented.successor = this.issue(family)
    return presented.successor
  }

  revoke(token: string): void {
    const family = this.refreshTokens.get(token)?.family ?? this.accessTokens.get(token)?.family
    if (family) family.revoked ??= 'revoked by a client'
  }

  /** Whether the refresh token could be spent now. */
  isLive(refreshToken: string | undefined): boolean {
    const issued = this.refreshTokens.get(refreshToken ?? '')
    return issued !== undefined && issued.consumedAt === undefined && !issued.family.revoked
  }

  accepts(accessToken: string): Access | undefined {
    const access = this.accessTokens.get(accessToken)
    return access && this.now() < access.expiresAt && !(access.family.revoked && this.plan.revokesAccess) ? access : undefined
  }

  private issue(family: Family, keeps?: Issued): Issued {
    const serial = this.serial++
    const issued: Issued = {
      refreshToken: keeps?.refreshToken ?? `canary-rt-${family.id}-${serial}`,
      accessToken: this.accessToken(family, serial),
      family,
      serial,
    }
    if (!keeps) this.refreshTokens.set(issued.refreshToken, issued)
    this.accessTokens.set(issued.accessToken, { family, issued, expiresAt: this.now() + this.plan.lifetime })
    return issued
  }

  private accessToken(family: Family, serial: number): string {
    const { jwt, ids, lifetime } = this.plan
    if (ids === 'none' || (ids === 'session-id' && !jwt)) return `canary-at-${family.id}-${serial}`
    const iat = epoch + Math.floor(this.now() / 1000)
    const claims = { sub: `user ${family.user}`, sid: ids === 'jwt-sub' ? undefined : `sid ${family.id}`, iat, exp: iat + lifetime / 1000 }
    return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.canary-${serial}`
  }
}

/** Short, for the story. */
export function nameOf({ family, serial }: Pick<Issued, 'family' | 'serial'>): string {
  return `u${family.user}/s${family.id}#${serial}`
}
