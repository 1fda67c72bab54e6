// Client credentials for each tenant and scope. Each gets a client of its own, so that no tenant's token can end up on another's request,
// and one tenant's failed or repeated refreshes don't hold up the others.
import { AuthenticatedClient, clientCredentialsGrant, clientSecretBasic } from 'authenticated-client'

export interface Tenant {
  readonly tokenEndpoint: string
  readonly clientId: string
  /** Asked before every token request: a new secret is used at once, without a restart. */
  readonly secret: () => string | Promise<string>
  readonly baseUrl: string
}

export function tenantClients(tenantOf: (id: string) => Tenant) {
  const clients = new Map<string, AuthenticatedClient>()
  return {
    clientOf(id: string, scope: string): AuthenticatedClient {
      const key = JSON.stringify([id, scope])
      const known = clients.get(key)
      if (known) return known
      const { tokenEndpoint, clientId, secret, baseUrl } = tenantOf(id)
      const clientAuthentication = clientSecretBasic(secret)
      const client = new AuthenticatedClient({
        baseUrl,
        grant: clientCredentialsGrant({ tokenEndpoint, clientId, clientAuthentication, scope }),
      })
      clients.set(key, client)
      return client
    },
    /** Graceful shutdown: calls in flight settle, new ones are refused, and nothing keeps the process alive. */
    close(): void {
      for (const client of clients.values()) client.dispose()
      clients.clear()
    },
  }
}
