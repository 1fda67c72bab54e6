import { AuthenticatedClient, clientCredentialsGrant, clientSecretBasic } from 'authenticated-client'
import type { Act } from '../act'
import { answered } from '../answered'
import { figure } from '../figure'

export const service: Act = {
  id: 'service',
  title: 'A service with client credentials',
  promise: 'It gets a token before its first call, and a new one when that has expired.',

  async run(stage) {
    const { authorizationServer, api } = stage
    const counted = stage.countFromNow()
    const client = stage.watch(
      'service',
      (onEvent) =>
        new AuthenticatedClient({
          baseUrl: api.origin,
          grant: clientCredentialsGrant({
            tokenEndpoint: authorizationServer.tokenEndpoint,
            clientId: authorizationServer.service.clientId,
            clientAuthentication: clientSecretBasic(authorizationServer.service.clientSecret),
            scope: 'read',
          }),
          onEvent,
        }),
    )

    const firstReplies = await answered(client.fetch('/me'))
    const first = counted()

    const { state } = client
    await stage.untilPast(state.status === 'authenticated' ? (state.expiresAt ?? 0) : 0, 'the access token has expired')
    const replies = firstReplies + (await answered(client.fetch('/me')))

    const seen = counted()
    return [
      figure('tokens issued for the first call', 1, first.serviceTokens),
      figure('tokens issued for the second call', 1, seen.serviceTokens - first.serviceTokens),
      figure('calls answered', 2, replies),
      figure('requests accepted', 2, seen.accepted),
      figure('401s', 0, seen.unauthorized),
    ]
  },
}
