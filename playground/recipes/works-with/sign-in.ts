// Signing in with authorization code and PKCE is openid-client's work; what comes of it goes to `setTokens`.
import type { AuthenticatedClient } from 'authenticated-client'
import * as oidc from 'openid-client'

export interface PendingSignIn {
  /** Where to send the browser. */
  readonly url: URL
  /** Keep it until the browser comes back: in the page's sessionStorage, or in the server's session. */
  readonly codeVerifier: string
  readonly state: string
  readonly scope: string
}

export async function beginSignIn(config: oidc.Configuration, redirectUri: string, scope: string): Promise<PendingSignIn> {
  const codeVerifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    // For a refresh token the user must be asked (OpenID Connect Core §11), at each sign-in: leave it out where your server doesn't insist.
    ...(scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, codeVerifier, state, scope }
}

/**
 * Call it once for each return: a code that is redeemed again is refused, and the tokens of the first time may be revoked (RFC 6749
 * §4.1.2). React's StrictMode runs an effect twice: `useFinishSignIn` in react.tsx is for that.
 * @param cameBackTo in a page `new URL(location.href)`; take the code out of the address bar then, with
 * `history.replaceState(null, '', redirectUri)`.
 */
export async function finishSignIn(
  config: oidc.Configuration,
  cameBackTo: URL,
  { codeVerifier, state, scope }: PendingSignIn,
  client: AuthenticatedClient,
): Promise<void> {
  const tokens = await oidc.authorizationCodeGrant(config, cameBackTo, { pkceCodeVerifier: codeVerifier, expectedState: state })
  const lifetime = tokens.expiresIn()
  await client.setTokens({
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    idToken: tokens.id_token,
    tokenType: tokens.token_type,
    scope: tokens.scope ?? scope, // RFC 6749 §5.1: absent, it is what was asked for. A step-up adds to it.
    expiresAt: lifetime === undefined ? undefined : Date.now() + lifetime * 1000,
  })
}
