// From auth0-spa-js's fetcher (`auth0.createFetcher(…)`, `fetchWithAuth`). The SDK goes on signing people in and holding the refresh token;
// the client asks it for a new access token when the API refuses one, once for all calls. The fetcher itself does nothing on a 401.
import { AuthenticatedClient, type Grant, memoryStore, SessionEndedError } from 'authenticated-client'

/** The part of an `Auth0Client` that is used. */
export interface Auth0 {
  getTokenSilently(options: { cacheMode: 'on' | 'off'; detailedResponse: true }): Promise<{ access_token: string; expires_in: number }>
}

export function withAuth0(auth0: Auth0, baseUrl: string, loginWithRedirect: () => void): AuthenticatedClient {
  const silently: Grant = async (tokens, { clock }) => {
    try {
      // The first one may come from the SDK's cache; one that was refused must not.
      const answer = await auth0.getTokenSilently({ cacheMode: tokens ? 'off' : 'on', detailedResponse: true })
      return { accessToken: answer.access_token, expiresAt: clock.now() + answer.expires_in * 1000 }
    } catch (error) {
      // These mean that a person has to sign in. All else is an outage.
      const code = String((Object(error) as { error?: unknown }).error)
      if (/^(login_required|missing_refresh_token|invalid_grant)$/.test(code)) {
        loginWithRedirect()
        throw new SessionEndedError()
      }
      throw error
    }
  }
  return new AuthenticatedClient({ baseUrl, store: memoryStore(), grant: Object.assign(silently, { needs: 'nothing' as const }) })
}
