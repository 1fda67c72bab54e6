import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { withOAuth } from '@modelcontextprotocol/sdk/client/middleware.js'
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { type Contestant, jsonOf } from '../../bench/contestant.ts'

/** `withOAuth` with a provider that has signed in before: registered, with the discovery state that it was asked to save. */
export const mcpClient: Contestant = {
  name: '@modelcontextprotocol/sdk',
  start({ tokenEndpoint, api, fetch, signIn }) {
    const { accessToken, refreshToken } = signIn()
    const issuer = new URL(tokenEndpoint).origin
    let logouts = 0
    let tokens: OAuthTokens | undefined = {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'Bearer',
      issuer,
    } as OAuthTokens
    const provider: OAuthClientProvider = {
      redirectUrl: 'http://localhost/callback',
      clientMetadata: { redirect_uris: ['http://localhost/callback'] },
      clientInformation: () => ({ client_id: 'web', issuer }),
      tokens: () => tokens,
      saveTokens: (next) => {
        tokens = next
      },
      invalidateCredentials: (scope) => {
        if (scope === 'all' || scope === 'tokens') tokens = undefined
      },
      redirectToAuthorization: () => void logouts++,
      saveCodeVerifier: () => {},
      codeVerifier: () => '',
      discoveryState: () => ({
        authorizationServerUrl: issuer,
        resourceMetadata: { resource: api, authorization_servers: [issuer] },
        authorizationServerMetadata: {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: tokenEndpoint,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
        },
      }),
    }
    const oauthFetch = withOAuth(provider, api)(fetch)
    return { logouts: () => logouts, get: async (ask) => jsonOf(await oauthFetch(`${api}/me`, ask)) }
  },
}
