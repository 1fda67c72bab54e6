// From the interceptor that most apps have: `if (status === 401) { await refresh(); return fetch(again) }`. The client does that, and what
// interceptors tend to get wrong: one refresh for all calls and tabs, none for a 401 that comes late, whole bodies when a call is sent
// again, no logout because of an outage. Whatever else yours did (a header, a log line) goes into a `fetch` around or below the client's.
import { AuthenticatedClient, isAuthError, type TokenSet, type TokenStore, webStorageStore } from 'authenticated-client'

export interface InterceptorOptions {
  readonly baseUrl: string
  readonly tokenEndpoint: string
  readonly onLogout: () => void
  /**
   * Returns the tokens that the interceptor kept, and removes them there: so they are moved once, and nobody has to sign in again. Give
   * `expiresAt`: what the interceptor knew, a JWT's `exp * 1000`, or 0 where you can't tell, which refreshes them first. Without it they
   * count as new.
   */
  readonly takeOldTokens: () => TokenSet | null
  readonly store?: TokenStore
}

export async function insteadOfTheInterceptor({ baseUrl, tokenEndpoint, onLogout, takeOldTokens, store }: InterceptorOptions) {
  const api = new URL(baseUrl).origin
  const client = new AuthenticatedClient({
    baseUrl,
    tokenEndpoint,
    clientId: 'web',
    store: store ?? webStorageStore('my-app'),
    onLogout,
    fetch: (input, init) => {
      // Token requests come this way too. An extra header would make the browser send a preflight, which most login servers refuse.
      if (new URL(input instanceof Request ? input.url : input).origin !== api) return fetch(input, init)
      const headers = new Headers(init?.headers) // All of them: also for a `Request` the client puts them here.
      headers.set('X-Request-Id', crypto.randomUUID()) // A new id for each send, so for a replay as well.
      return fetch(input, { ...init, headers })
    },
  })
  const old = takeOldTokens()
  if (old)
    await client.setTokens(old).catch((error: unknown) => {
      // They are gone there. Where they can't be saved now (a full storage), the client holds them, and its next call tries again.
      if (!isAuthError(error, 'ERR_STORAGE')) throw error
    })
  return client
}
