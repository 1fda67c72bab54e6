import { AuthenticatedClient, type AuthenticatedClientOptions, type TokenSet } from 'authenticated-client'
import type { Stage } from './stage'

type Particulars = Pick<AuthenticatedClientOptions, 'clock' | 'onLogout'>

/** The client of a web app that keeps its tokens itself: the first example of the README. */
export function webClient(stage: Stage, signedIn: TokenSet, particulars: Particulars = {}): AuthenticatedClient {
  const { authorizationServer, api } = stage
  let tokens: TokenSet | null = signedIn

  return stage.watch(
    'web app',
    (onEvent) =>
      new AuthenticatedClient({
        tokenEndpoint: authorizationServer.tokenEndpoint,
        clientId: authorizationServer.web.clientId,
        allowedOrigins: [api.origin],
        getTokens: () => tokens,
        saveTokens: (next) => {
          tokens = next
        },
        clearTokens: () => {
          tokens = null
        },
        onEvent,
        ...particulars,
      }),
  )
}
