// A backend for frontends: the server keeps the tokens, the page has a cookie. The client sends the cookie to allowed origins only, adds
// a CSRF header that proves that the request comes from your page, and renews the session at the server. A counter in localStorage tells
// every tab that another one has renewed it.
import { AuthenticatedClient, cookieRefreshGrant, cookieSession, type TokenStore } from 'authenticated-client'

export function bffClient(baseUrl: string, store: TokenStore, csrfToken: () => string): AuthenticatedClient {
  const proof = { header: 'X-CSRF-Token', value: csrfToken }
  return new AuthenticatedClient({
    baseUrl,
    store, // webStorageStore('my-app'): it holds no secret, only which session this is and how often it was renewed.
    scheme: cookieSession({ csrf: proof }),
    grant: cookieRefreshGrant({ url: under(baseUrl, 'session/renew'), headers: () => ({ [proof.header]: csrfToken() }) }),
  })
}

/** Call it when the server has accepted the login form. `sessionId` must be a new one for each sign-in, and need not be secret. */
export function signedIn(client: AuthenticatedClient, sessionId: string): Promise<void> {
  return client.setTokens({ sessionId, counter: 0 })
}

/** `logout()` alone would leave the cookie valid. Rejects where the server did not end the session: the user is still signed in then. */
export async function signOut(client: AuthenticatedClient, baseUrl: string): Promise<void> {
  const { ok, status } = await client.fetch(under(baseUrl, 'session'), { method: 'DELETE' })
  if (!ok && status !== 401) throw new Error(`Signing out was answered ${status}`)
  await client.logout()
}

/** Whether the URL ends in `/` or not. */
function under(baseUrl: string, path: string): URL {
  return new URL(path, baseUrl.replace(/\/?$/, '/'))
}
