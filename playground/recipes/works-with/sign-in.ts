// openid-client does the sign-in (authorization code with PKCE); the tokens that come of it go to `setTokens`.
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

/** Made once, of what the server says of itself. A client of a browser or an app can keep no secret: it has none. */
export function configOf(issuer: string, clientId: string, options?: oidc.DiscoveryRequestOptions): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), options)
}

export async function beginSignIn(config: oidc.Configuration, redirectUri: string, scope: string): Promise<PendingSignIn> {
  const codeVerifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    // `offline_access` needs the user's consent (OpenID Connect Core §11). This asks at each sign-in: leave it out if your server lets you.
    ...(scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, codeVerifier, state, scope }
}

/**
 * Call it only once each time the browser comes back: a code that is redeemed twice is refused, and the tokens of the first time may be
 * revoked (RFC 6749 §4.1.2). React's StrictMode runs effects twice: use `useFinishSignIn` of react.tsx there.
 * @param cameBackTo in a page `new URL(location.href)`. Afterwards take the code out of the address bar, with
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
    scope: tokens.scope ?? scope, // Absent, it is what was asked for (RFC 6749 §5.1). A step-up adds to it.
    expiresAt: lifetime === undefined ? undefined : Date.now() + lifetime * 1000,
  })
}
