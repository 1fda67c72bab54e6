import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import type { TokenSet } from '../tokens/token-set'
import type { ClientAuthentication } from './client-authentication'

/**
 * The plug for a way to get new tokens. What it throws decides: `SessionEndedError` ends the session, `TokenEndpointError`
 * is a configuration mistake, anything else is an outage; the last two keep the session.
 */
export interface Grant {
  /**
   * Gets the next tokens; `tokens` are the ones held, `null` where there are none. What the result lacks is kept from those, except
   * `expiresAt`.
   */
  (tokens: TokenSet | null, context: GrantContext): Promise<TokenSet>
  /**
   * What it starts from. `'nothing'`: it runs before the first call and never ends a session.
   * @default 'session'
   */
  readonly needs?: 'refresh-token' | 'session' | 'nothing' | undefined
  /** Where it sends its requests, so that calls to that URL pass through untouched and locks get a name of their own. */
  readonly tokenEndpoint?: string | undefined
  /** Its `client_id`, for revocation and for the name of the lock. */
  readonly clientId?: string | undefined
  /** How it proves who the client is: revocation does so as well (RFC 7009 §2.1). */
  readonly clientAuthentication?: ClientAuthentication | undefined
}

/** What a `Grant` is given for one exchange. */
export interface GrantContext {
  /** What the client sends with, without the session's credentials; a scheme may add a proof (RFC 9449 §5). */
  readonly fetch: FetchLike
  /** Aborted at the deadline of the whole exchange; with `refreshTimeout: false` once its session is over, or the client is disposed of. */
  readonly signal: AbortSignal
  /** The client's clock: take the time from it, never from `Date`. */
  readonly clock: Clock
  /** Which API the access token is for, where `forResource` asks (RFC 8707 §2). */
  readonly resource?: string | undefined
  /** Space-separated: what `forResource` asks for; goes before the grant's own. */
  readonly scope?: string | undefined
  /** JSON (OpenID Connect Core §5.5). The client gives none; a grant around another one may. */
  readonly claims?: string | undefined
  /** Tells of a refresh token received in an otherwise unusable answer: the one presented is consumed. */
  rotated(refreshToken: string): void
}
