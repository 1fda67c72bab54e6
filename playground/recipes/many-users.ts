// A server that renders pages, or a gateway: one client for each session, never one for all users. Refreshes of different sessions don't
// wait for one another. Where a refresh may write cookies, do it in `saveTokens`, before the response's headers are sent; where it may not
// (a streamed page), leave the session to a request that can.
import { AuthenticatedClient, type TokenSet } from 'authenticated-client'

export interface SessionCookies {
  read(): TokenSet | null
  write(tokens: TokenSet | null): void
}

export function clientForRequest(
  cookies: SessionCookies,
  options: { tokenEndpoint: string; baseUrl: string; fetch?: typeof fetch },
): AuthenticatedClient {
  return new AuthenticatedClient({
    clientId: 'web',
    ...options,
    getTokens: () => cookies.read(),
    saveTokens: (next) => cookies.write(next),
    clearTokens: () => cookies.write(null),
  })
}
