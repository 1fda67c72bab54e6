// From auth0-spa-js's fetcher (`auth0.createFetcher(…)`, `fetchWithAuth`). The SDK goes on signing people in and holding the refresh token;
// the client asks it for a new access token when the API refuses one, once for all calls. The fetcher itself does nothing on a 401.
import { AuthenticatedClient, type Grant, SessionEndedError, type TokenSet } from 'authenticated-client'

/** The part of an `Auth0Client` that is used. */
export interface Auth0 {
  getUser(): Promise<{ readonly sub?: string | undefined } | undefined>
  getTokenSilently(options: { cacheMode: 'on' | 'off'; detailedResponse: true }): Promise<{ access_token: string; expires_in: number }>
}

// These mean that a person has to act. All else is an outage.
const needsPerson = /^((login|consent|interaction|account_selection|mfa)_required|missing_refresh_token|invalid_grant)$/

export function withAuth0(auth0: Auth0, baseUrl: string, loginWithRedirect: () => void): AuthenticatedClient {
  // Good while the SDK has the same user: it may sign out, and sign in another one, without a reload of the page.
  let kept: { readonly tokens: TokenSet; readonly sub: string | undefined } | undefined
  const subject = async (): Promise<string | undefined> => (await auth0.getUser())?.sub

  const silently: Grant = async (tokens, { clock }) => {
    try {
      // The first one may come from the SDK's cache; one that was refused must not.
      const answer = await auth0.getTokenSilently({ cacheMode: tokens ? 'off' : 'on', detailedResponse: true })
      const sub = await subject()
      // What was asked for one user's calls must not go out for another's.
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
