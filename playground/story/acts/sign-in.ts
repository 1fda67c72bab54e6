import { AuthenticatedClient } from 'authenticated-client'
import type { Act } from '../act'
import { figure } from '../figure'

export const signIn: Act = {
  id: 'sign-in',
  title: 'Sign in',
  promise: 'The tokens of a sign-in (authorization code + PKCE) start a session.',

  async run(stage) {
    const { authorizationServer, api } = stage
    const counted = stage.countFromNow()
    const client = stage.watch(
      'web app',
      (onEvent) =>
        new AuthenticatedClient({
          tokenEndpoint: authorizationServer.tokenEndpoint,
          clientId: authorizationServer.web.clientId,
          allowedOrigins: [api.origin],
          onEvent,
        }),
    )

    await client.setTokens(await stage.signIn())

    return [
      figure('authorization codes redeemed', 1, counted().signIns),
      figure('session', 'authenticated', client.state.status),
      figure('refreshes', 0, counted().refreshes),
    ]
  },
}
