import { setTimeout as pause } from 'node:timers/promises'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'

/** One request to the token endpoint, as the server saw it. */
export interface TokenRequest {
  readonly at: number
  /** Absent where the server did not get as far as reading it. */
  readonly grantType?: string | undefined
  /** `'unavailable'` during an outage, else an OAuth error code. */
  readonly outcome: 'granted' | 'unavailable' | (string & {})
  /** A used token was presented again, and its whole family revoked. */
  readonly reuse: boolean
}

export interface TokenRequestCounts {
  readonly tokenRequests: number
  /** Authorization codes redeemed. */
  readonly signIns: number
  /** Refresh tokens redeemed. */
  readonly refreshes: number
  /** Tokens given out for client credentials. */
  readonly serviceTokens: number
  /** Requests answered with an OAuth error. */
  readonly rejections: number
  /** Requests answered with 503. */
  readonly unavailable: number
  /** Used tokens that were presented again. */
  readonly reuses: number
  /** Answers of the revocation endpoint. */
  readonly revocations: number
}

/** Stands in front of the provider's token endpoint: counts requests, remembers whose grants they were, and can play an outage. */
export class TokenRequestLog {
  /** While true, the token endpoint answers 503. */
  isOut = false
  readonly requests: TokenRequest[] = []
  readonly #grantsByUser = new Map<string, Set<string>>()
  #revocations = 0

  /** @param latency how much longer a refresh takes, in milliseconds. */
  constructor(provider: Provider, latency = 0) {
    const reuses = new WeakSet<object>()
    provider.on('grant.revoked', (ctx) => reuses.add(ctx))
    provider.use(async (ctx, next) => {
      if (ctx.method !== 'POST' || !ctx.path.startsWith('/token')) return next()
      if (ctx.path === '/token/revocation') {
        await next()
        if (ctx.status === 200) this.#revocations++
      } else if (this.isOut) {
        ctx.set('access-control-allow-origin', '*') // Else a page would not learn the status.
        ctx.status = 503
        ctx.body = '<h1>503 Service Unavailable</h1>' // What a proxy says when nobody is behind it.
        this.requests.push({ at: Date.now(), outcome: 'unavailable', reuse: false })
      } else {
        await next()
        const { status, body, oidc } = ctx as KoaContextWithOIDC
        const grantType = oidc.params?.grant_type
        if (grantType === 'refresh_token') await pause(latency)
        this.requests.push({
          at: Date.now(),
          grantType: typeof grantType === 'string' ? grantType : undefined,
          outcome: status === 200 ? 'granted' : String((body as { error?: unknown } | undefined)?.error ?? status),
          reuse: reuses.has(ctx),
        })
        this.#remember(oidc.entities)
      }
    })
  }

  grantsOf(user: string): string[] {
    return [...(this.#grantsByUser.get(user) ?? [])]
  }

  counts(): TokenRequestCounts {
    const count = (matches: (request: TokenRequest) => boolean) => this.requests.filter(matches).length
    const granted = (grantType: string) => count((request) => request.outcome === 'granted' && request.grantType === grantType)
    return {
      tokenRequests: this.requests.length,
      signIns: granted('authorization_code'),
      refreshes: granted('refresh_token'),
      serviceTokens: granted('client_credentials'),
      rejections: count(({ outcome }) => outcome !== 'granted' && outcome !== 'unavailable'),
      unavailable: count(({ outcome }) => outcome === 'unavailable'),
      reuses: count(({ reuse }) => reuse),
      revocations: this.#revocations,
    }
  }

  #remember({ Account, RefreshToken }: KoaContextWithOIDC['oidc']['entities']): void {
    const user = Account?.accountId
    const grantId = RefreshToken?.grantId
    if (user === undefined || grantId === undefined) return
    this.#grantsByUser.set(user, (this.#grantsByUser.get(user) ?? new Set()).add(grantId))
  }
}
