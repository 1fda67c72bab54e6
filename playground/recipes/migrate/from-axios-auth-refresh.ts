// From axios-auth-refresh: remove `createAuthRefreshInterceptor(axios, refreshAuthLogic)`, make its logic a grant, and let axios send with
// the client's fetch (works-with/axios.ts). In place of `statusCodes` use `isUnauthorized`; in place of `skipAuthRefresh` call the plain
// `fetch`. Calls that are made during a refresh wait for it by themselves.
import { AuthenticatedClient, type Grant, SessionEndedError, type TokenStore } from 'authenticated-client'

/** What your refresh route answers: here with the names of RFC 6749; yours may have others. */
interface RefreshAnswer {
  readonly access_token: string
  readonly refresh_token?: string
  /** In seconds. */
  readonly expires_in?: number
}

export function insteadOfAuthRefresh(baseUrl: string, refreshUrl: string, store: TokenStore): AuthenticatedClient {
  const refreshAuthLogic: Grant = async (tokens, { fetch, signal, clock }) => {
    const response = await fetch(refreshUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: tokens?.refreshToken }),
      signal,
    })
    // Throw `SessionEndedError` only for a clear no: any other error counts as an outage, and keeps the session.
    if (response.status === 401) throw new SessionEndedError()
    if (!response.ok) throw new Error(`The refresh was answered with ${response.status}`)
    const { access_token, refresh_token, expires_in } = (await response.json()) as RefreshAnswer
    return {
      accessToken: access_token,
      refreshToken: refresh_token,
      expiresAt: expires_in === undefined ? undefined : clock.now() + expires_in * 1000,
    }
  }
  return new AuthenticatedClient({
    baseUrl,
    store,
    grant: Object.assign(refreshAuthLogic, { needs: 'refresh-token' as const, tokenEndpoint: refreshUrl }),
    isUnauthorized: ({ status }) => status === 419,
  })
}
