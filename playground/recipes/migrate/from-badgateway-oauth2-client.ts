// From @badgateway/oauth2-client: `new OAuth2Fetch({ client, getNewToken, storeToken, getStoredToken, onError })`. `storeToken` and
// `getStoredToken` are `saveTokens` and `getTokens`; where `getNewToken` asked for client credentials, use `clientCredentialsGrant`. Tokens
// go to the API's origin only, no longer to every URL. Unlike `onError`, `onLogout` is not called for an outage.
import { AuthenticatedClient, clientSecretBasic, type TokenSet } from 'authenticated-client'

/** As that package stores it. */
export interface StoredToken {
  readonly accessToken: string
  readonly refreshToken: string | null
  readonly expiresAt: number | null
}

export interface OldOptions {
  readonly server: string
  readonly tokenEndpoint: string
  readonly clientId: string
  /** On a server only: in a page or an app anybody can read it. There, leave `clientAuthentication` out. */
  readonly clientSecret: string
  readonly getStoredToken: () => StoredToken | null
  readonly storeToken: (token: StoredToken & { sessionId?: string | undefined }) => void
  /** Remove the stored token here: otherwise the user is signed in again after a reload. */
  readonly onSignedOut: () => void
}

export function insteadOfOAuth2Fetch({ server, tokenEndpoint, clientId, clientSecret, ...old }: OldOptions): AuthenticatedClient {
  return new AuthenticatedClient({
    baseUrl: server,
    tokenEndpoint: new URL(tokenEndpoint, server),
    clientId,
    clientAuthentication: clientSecretBasic(clientSecret),
    getTokens: () => fromStored(old.getStoredToken()),
    saveTokens: ({ refreshToken = null, expiresAt = null, ...rest }) => old.storeToken({ ...rest, refreshToken, expiresAt }),
    onLogout: old.onSignedOut,
  })
}

function fromStored(token: StoredToken | null): TokenSet | null {
  return token && { ...token, refreshToken: token.refreshToken ?? undefined, expiresAt: token.expiresAt ?? undefined }
}
