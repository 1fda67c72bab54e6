// Client credentials for each tenant and scope: one client each, so that no tenant's token can meet another's request, and each has a
// refresh, a cool-down and a budget of its own.
import { AuthenticatedClient, clientCredentialsGrant, clientSecretBasic } from 'authenticated-client'

export interface Tenant {
  readonly tokenEndpoint: string
  readonly clientId: string
  /** Asked before every token request: a secret that was rolled counts at once, without a restart. */
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
    /** Graceful shutdown: calls in flight settle, new ones are refused, and nothing keeps the process. */
    close(): void {
      for (const client of clients.values()) client.dispose()
      clients.clear()
    },
  }
}
