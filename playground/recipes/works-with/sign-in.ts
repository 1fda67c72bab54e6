// Signing in with authorization code and PKCE is openid-client's work; what comes of it goes to `setTokens`.
import type { AuthenticatedClient } from 'authenticated-client'
import * as oidc from 'openid-client'

export interface PendingSignIn {
  /** Where to send the browser. */
  readonly url: URL
  /** Keep it until the browser comes back: in the page's sessionStorage, or in the server's session. */
  readonly codeVerifier: string
  readonly state: string
}

export async function beginSignIn(config: oidc.Configuration, redirectUri: string, scope: string): Promise<PendingSignIn> {
  const codeVerifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    prompt: 'consent', // For offline_access.
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, codeVerifier, state }
}

export async function finishSignIn(
  config: oidc.Configuration,
  cameBackTo: URL,
  { codeVerifier, state }: PendingSignIn,
  client: AuthenticatedClient,
): Promise<void> {
  const tokens = await oidc.authorizationCodeGrant(config, cameBackTo, { pkceCodeVerifier: codeVerifier, expectedState: state })
  const lifetime = tokens.expiresIn()
  await client.setTokens({
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    idToken: tokens.id_token,
    tokenType: tokens.token_type,
    expiresAt: lifetime === undefined ? undefined : Date.now() + lifetime * 1000,
  })
}
