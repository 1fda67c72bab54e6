// A gateway that calls a service for a user: the user's token is exchanged for one that only that service takes (RFC 8693). The exchange is
// made again when the service refuses the token, with the user's token of then.
import { AuthenticatedClient, clientSecretBasic } from 'authenticated-client'
import { tokenExchangeGrant } from 'authenticated-client/token-exchange'

export function onBehalfOf(
  user: AuthenticatedClient,
  options: { tokenEndpoint: string; secret: string; baseUrl: string },
): AuthenticatedClient {
  const { tokenEndpoint, secret, baseUrl } = options
  return new AuthenticatedClient({
    baseUrl,
    grant: tokenExchangeGrant({
      tokenEndpoint,
      clientId: 'gateway',
      clientAuthentication: clientSecretBasic(secret),
      subjectToken: () => user.getAccessToken({ minValidity: 10_000 }),
      audience: 'billing',
    }),
  })
}
