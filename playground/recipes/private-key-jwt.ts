// A service that proves itself with a private key (RFC 7523) instead of a secret: each token request carries a new assertion, signed with
// the key that is current then. The key is a JWK with its `kid`, by which the server knows it: both are rolled together.
import { AuthenticatedClient, clientCredentialsGrant } from 'authenticated-client'
import { discover } from 'authenticated-client/discover'
import { type KnownJsonKey, privateKeyJwt } from 'authenticated-client/jose'

export async function ledgerClient(
  issuer: string,
  clientId: string,
  key: () => Promise<KnownJsonKey & { readonly kid: string }>,
  baseUrl: string,
): Promise<AuthenticatedClient> {
  const { tokenEndpoint } = await discover(issuer) // `issuer` must be https, and spelled exactly as the server spells it.
  const clientAuthentication = privateKeyJwt({ key })
  return new AuthenticatedClient({ baseUrl, grant: clientCredentialsGrant({ tokenEndpoint, clientId, clientAuthentication }) })
}
