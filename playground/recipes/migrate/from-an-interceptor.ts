// From the interceptor that most apps have: `if (status === 401) { await refresh(); return fetch(again) }`. What it did by hand the client
// does, and what it got wrong goes away: one refresh for all calls and tabs, no refresh for a 401 that is late, bodies sent whole, no logout
// for an outage. What it did besides (a header, a log line) stays a `fetch` around or under the client's.
import { AuthenticatedClient, type TokenSet, type TokenStore, webStorageStore } from 'authenticated-client'

export interface InterceptorOptions {
  readonly baseUrl: string
  readonly tokenEndpoint: string
  readonly onLogout: () => void
  /** Tokens that the interceptor kept: moved once, so that nobody has to sign in anew. */
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
      // Token requests come this way too: a header would make a preflight of each, which most login servers refuse.
      if (new URL(input instanceof Request ? input.url : input).origin !== api) return fetch(input, init)
      const headers = new Headers(init?.headers) // Where `input` is a `Request`, the client has put its headers here.
      headers.set('X-Request-Id', crypto.randomUUID()) // A new one for each send, the replay too.
      return fetch(input, { ...init, headers })
    },
  })
  const old = takeOldTokens()
  if (old) await client.setTokens(old)
  return client
}
