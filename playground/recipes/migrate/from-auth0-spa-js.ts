// From auth0-spa-js's fetcher (`auth0.createFetcher(…)`, `fetchWithAuth`), which does nothing on a 401. The SDK still signs people in and
// holds the refresh token; the client asks it for a new access token when the API refuses one, once for all calls.
import { AuthenticatedClient, type Grant, SessionEndedError, type TokenSet } from 'authenticated-client'

/** The part of an `Auth0Client` that is used. */
export interface Auth0 {
  getUser(): Promise<{ readonly sub?: string | undefined } | undefined>
  getTokenSilently(options: { cacheMode: 'on' | 'off'; detailedResponse: true }): Promise<{ access_token: string; expires_in: number }>
}

// With these errors only the user can go on, by signing in. Any other one is an outage, and keeps the session.
const needsPerson = /^((login|consent|interaction|account_selection|mfa)_required|missing_refresh_token|invalid_grant)$/

export function withAuth0(auth0: Auth0, baseUrl: string, loginWithRedirect: () => void): AuthenticatedClient {
  // Only good while the SDK has the same user: without a reload of the page it may sign out, and sign in another one.
  let kept: { readonly tokens: TokenSet; readonly sub: string | undefined } | undefined
  const subject = async (): Promise<string | undefined> => (await auth0.getUser())?.sub

  const silently: Grant = async (tokens, { clock }) => {
    try {
      // The first token may come from the SDK's cache. After a refusal it must not: that would be the refused one again.
      const answer = await auth0.getTokenSilently({ cacheMode: tokens ? 'off' : 'on', detailedResponse: true })
      const sub = await subject()
      // A token that was asked for on behalf of one user must not be sent with another user's calls.
      if (tokens && sub !== kept?.sub) throw new Error('Another user has signed in')
      kept = { tokens: { accessToken: answer.access_token, expiresAt: clock.now() + answer.expires_in * 1000 }, sub }
      return kept.tokens
    } catch (error) {
      if (!needsPerson.test(String((Object(error) as { error?: unknown }).error))) throw error
      loginWithRedirect()
      throw new SessionEndedError()
    }
  }
  return new AuthenticatedClient({
    baseUrl,
    getTokens: async () => (kept && kept.sub === (await subject()) ? kept.tokens : null),
    grant: Object.assign(silently, { needs: 'nothing' as const }),
  })
}
