import type { ResourceOptions } from './for-resource'

export interface ResourceClients<Client> {
  of(asked: ResourceOptions): Client
  dispose(): void
}

/** The clients for single resources: one for the same options until it is disposed of, and none outlives the one that made them. */
export function resourceClients<Client extends { readonly dispose: () => void }>(
  make: (asked: ResourceOptions) => Client,
): ResourceClients<Client> {
  const clients = new Map<string, Client>()
  return {
    of(asked) {
      const key = JSON.stringify([String(asked.resource), asked.scope, asked.allowedOrigins])
      const known = clients.get(key)
      if (known) return known
      const client = make(asked)
      const { dispose } = client
      clients.set(key, client)
      return Object.assign(client, {
        dispose() {
          if (clients.get(key) === client) clients.delete(key)
          dispose()
        },
      })
    },
    dispose() {
      for (const client of clients.values()) client.dispose()
    },
  }
}
