// A backend for frontends: the tokens are the server's, the page has a cookie. The client sends it to allowed origins only, proves with a
// header that the request is the page's own, renews the session at the server, and tells tabs apart by a counter in localStorage.
import { AuthenticatedClient, cookieRefreshGrant, cookieSession, type TokenStore } from 'authenticated-client'

export function bffClient(baseUrl: string, store: TokenStore, csrfToken: () => string): AuthenticatedClient {
  const proof = { header: 'X-CSRF-Token', value: csrfToken }
  return new AuthenticatedClient({
    baseUrl,
    store, // webStorageStore('my-app'): it holds no secret, only which session this is and how often it was renewed.
    scheme: cookieSession({ csrf: proof }),
    grant: cookieRefreshGrant({ url: `${baseUrl}/session/renew`, headers: () => ({ [proof.header]: csrfToken() }) }),
  })
}

/** After the login form was answered. */
export function signedIn(client: AuthenticatedClient, sessionId: string): Promise<void> {
  return client.setTokens({ sessionId, counter: 0 })
}

/** `logout()` alone would leave the cookie good. Rejects where the server could not be told: the user is still signed in then. */
export async function signOut(client: AuthenticatedClient, baseUrl: string): Promise<void> {
  const { ok, status } = await client.fetch(`${baseUrl}/session`, { method: 'DELETE' })
  if (!ok && status !== 401) throw new Error(`Signing out was answered ${status}`)
  await client.logout()
}
