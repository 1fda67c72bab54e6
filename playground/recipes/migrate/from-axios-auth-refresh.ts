// From axios-auth-refresh: `createAuthRefreshInterceptor(axios, refreshAuthLogic)` goes, its logic becomes a grant, and axios sends with the
// client's fetch (works-with/axios.ts: `axios.create({ adapter: 'fetch', env: { fetch: client.fetch } })`). `statusCodes` is
// `isUnauthorized`, `skipAuthRefresh` a call through the plain `fetch`, and calls that come while a refresh runs wait for it by themselves.
import { AuthenticatedClient, type Grant, SessionEndedError, type TokenSet, type TokenStore } from 'authenticated-client'

export function insteadOfAuthRefresh(baseUrl: string, refreshUrl: string, store: TokenStore): AuthenticatedClient {
  const refreshAuthLogic: Grant = async (tokens, { fetch, signal }) => {
    const response = await fetch(refreshUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken: tokens?.refreshToken }),
      signal,
    })
    // Only a clear no ends the session; whatever else is thrown counts as an outage, and keeps it.
    if (response.status === 401) throw new SessionEndedError()
    if (!response.ok) throw new Error(`The refresh was answered with ${response.status}`)
    return (await response.json()) as TokenSet
  }
  return new AuthenticatedClient({
    baseUrl,
    store,
    grant: Object.assign(refreshAuthLogic, { needs: 'refresh-token' as const, tokenEndpoint: refreshUrl }),
    isUnauthorized: ({ status }) => status === 419,
  })
}
