/** What a session consists of. Fields beyond these survive at run time. */
export interface TokenSet {
  /** What the API gets. One that breaks the grammar (RFC 6750 §2.1) counts as spent, and is never sent. */
  readonly accessToken: string
  /** What the token endpoint gives new tokens for; absent where the server gave none. Where it rotates, good for one use. */
  readonly refreshToken?: string | undefined
  /**
   * When the access token expires, in milliseconds since the epoch; 0: it has. Absent: a JWT's `exp` − `iat`, counted from when it was
   * given; its `exp`, where a store had it at the start; else unknown: it is sent, and a 401 decides.
   */
  readonly expiresAt?: number | undefined
  /** As the server sent it; missing counts as Bearer. */
  readonly tokenType?: string | undefined
  /** Space-separated, as granted. */
  readonly scope?: string | undefined
  /** Of OpenID Connect: kept for the app, sent nowhere. */
  readonly idToken?: string | undefined
  /**
   * Minted by `setTokens`, kept by every refresh: tells "another tab rotated" from "another user signed in". One of your own must be
   * new for each sign-in (no user's id): what was signed out of does not come back under its id.
   */
  readonly sessionId?: string | undefined
}

/** A cookie session has no tokens to store, only which session it is and how often it was renewed. */
export interface SessionMarker {
  /** Which sign-in it belongs to: new for each one. */
  readonly sessionId: string
  /** How often it was renewed: 0 at sign-in, one more with each refresh. */
  readonly counter: number
}

/** What a store holds: tokens, or the marker of a cookie session. */
export type StoredSession = TokenSet | SessionMarker

/** The token set, where what is stored is one rather than a cookie session's marker. */
export function tokenSetOf(stored: StoredSession | null | undefined): TokenSet | null {
  return stored && isTokenSet(stored) ? stored : null
}

// `null` is absent: a table may have columns for both.
function isTokenSet(stored: StoredSession): stored is TokenSet {
  return ((stored as Partial<TokenSet>).accessToken ?? null) !== null
}

const known = ['accessToken', 'refreshToken', 'expiresAt', 'tokenType', 'scope', 'idToken', 'sessionId', 'counter']

/** A copy with the known fields as its own: an instance of a class may have them as getters of its prototype, which a spread loses. */
export function plain(stored: StoredSession): StoredSession {
  if (Object.getPrototypeOf(stored) === Object.prototype) return stored
  const fields = known.flatMap((name) => (name in stored ? [[name, stored[name as keyof StoredSession]] as const] : []))
  return { ...stored, ...Object.fromEntries(fields) }
}

/** What a refresh uses up; where there is no refresh token, what a sign-in replaces. */
export function spendable(stored: StoredSession): string {
  return isTokenSet(stored) ? stored.refreshToken || stored.accessToken : JSON.stringify([stored.sessionId, stored.counter])
}

/**
 * Whether two stored sessions are the same for compare-and-swap: access and refresh token equal; markers: session id and
 * counter; `null` only `null`. Other fields don't count, so a store may drop what it doesn't know.
 */
export function sameTokens(a: StoredSession | null | undefined, b: StoredSession | null | undefined): boolean {
  if (!a || !b) return !a && !b
  const one: Partial<TokenSet> = a
  const two: Partial<TokenSet> = b
  return (
    (one.accessToken ?? '') === (two.accessToken ?? '') &&
    (one.refreshToken ?? '') === (two.refreshToken ?? '') &&
    (isTokenSet(a) || spendable(a) === spendable(b))
  )
}
