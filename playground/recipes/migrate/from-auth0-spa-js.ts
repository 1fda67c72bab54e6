// From auth0-spa-js's fetcher (`auth0.createFetcher(…)`, `fetchWithAuth`), which does nothing on a 401. The SDK still signs people in and
// holds the refresh token; the client asks it for a new access token when the API refuses one, once for all calls.
import { AuthenticatedClient, type Grant, SessionEndedError, type TokenSet } from 'authenticated-client'
import { jwtDecode } from 'jwt-decode'

interface Claims {
  readonly sub?: string | undefined
  readonly sid?: string | undefined
}

/** The part of an `Auth0Client` that is used. */
export interface Auth0 {
  /** What the ID token says: `sid` names the sign-in, where the server gives one. */
  getIdTokenClaims(): Promise<Claims | undefined>
  getTokenSilently(options: { cacheMode: 'on' | 'off'; detailedResponse: true }): Promise<{ access_token: string; expires_in: number }>
}

// With these errors only the user can go on, by signing in. Any other one is an outage, and keeps the session.
const needsPerson = /^((login|consent|interaction|account_selection|mfa)_required|missing_refresh_token|invalid_grant)$/

export function withAuth0(auth0: Auth0, baseUrl: string, loginWithRedirect: () => void): AuthenticatedClient {
  // Only good while the SDK has the same user: without a reload of the page it may sign out, and sign in another one.
  let kept: { readonly tokens: TokenSet; readonly claims: Claims } | undefined
  const claimsNow = async (): Promise<Claims> => (await auth0.getIdTokenClaims()) ?? {}

  const silently: Grant = async (tokens, { clock }) => {
    try {
      // The first token may come from the SDK's cache. After a refusal it must not: that would be the refused one again.
      const answer = await auth0.getTokenSilently({ cacheMode: tokens ? 'off' : 'on', detailedResponse: true })
      const claims = await claimsNow()
      // A token that was asked for on behalf of one user must not be sent with another user's calls.
      if (tokens && !(kept && isSame(kept.claims, claims))) throw new Error('Another user has signed in')
      // For a token of the cache `expires_in` is how long it was good at first, not how long it still is.
      const expiresAt = tokens ? clock.now() + answer.expires_in * 1000 : expiryIn(answer.access_token)
      // Without an id each refresh would look like another user to on-session-change.ts.
      const sessionId = tokens ? tokens.sessionId : claims.sid
      kept = { tokens: { accessToken: answer.access_token, expiresAt, sessionId }, claims }
      return kept.tokens
    } catch (error) {
      if (!needsPerson.test(String((Object(error) as { error?: unknown }).error))) throw error
      loginWithRedirect()
      throw new SessionEndedError()
    }
  }
  return new AuthenticatedClient({
    baseUrl,
    getTokens: async () => (kept && isSame(kept.claims, await claimsNow()) ? kept.tokens : null),
    grant: Object.assign(silently, { needs: 'nothing' as const }),
  })
}

/** An ID token that comes of a refresh has the same `sub`; whether it has a `sid` is up to the server. */
function isSame(a: Claims, b: Claims): boolean {
  return a.sub === b.sub && (a.sid ?? b.sid) === (b.sid ?? a.sid)
}

/** In milliseconds since the epoch. An opaque token says nothing: a 401 decides then. */
function expiryIn(accessToken: string): number | undefined {
  try {
    const { exp } = jwtDecode(accessToken)
    return exp && exp * 1000
  } catch {
    return undefined
  }
}
