import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { onTestFinished } from 'vitest'
import { quietProvider } from '../../playground/servers/quiet-provider'

export const audience = 'https://api.example.com'

/** panva's oidc-provider, which wants a nonce in every proof; client credentials by `private_key_jwt` or a secret. */
export async function startProvider(clientJwk?: object) {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const confidential = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] } as const
  const provider = quietProvider(issuer, {
    clients: [
      { client_id: 'service', client_secret: 'secret', token_endpoint_auth_method: 'client_secret_basic', ...confidential } as never,
      {
        client_id: 'secret-jwt',
        client_secret: 'a secret of at least thirty-two bytes',
        token_endpoint_auth_method: 'client_secret_jwt',
        token_endpoint_auth_signing_alg: 'HS256',
        ...confidential,
      } as never,
      ...(clientJwk
        ? [{ client_id: 'signing', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [clientJwk] }, ...confidential } as never]
        : []),
    ],
    clientAuthMethods: ['client_secret_basic', 'client_secret_jwt', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: ['HS256', 'ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: randomUUID() }] },
    cookies: { keys: [randomUUID()] },
    ttl: { ClientCredentials: 60 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'read', audience, accessTokenFormat: 'jwt', accessTokenTTL: 60 }),
      },
    },
  } as never)
  const statuses: number[] = []
  server.on('request', (request, response) => {
    response.on('finish', () => statuses.push(response.statusCode))
    provider.callback()(request, response)
  })
  return { issuer, tokenEndpoint: `${issuer}/token`, jwksUri: `${issuer}/jwks`, statuses }
}
