// urql takes a fetch; the auth exchange is not needed.
import { Client, fetchExchange } from '@urql/core'
import type { AuthenticatedClient } from 'authenticated-client'

export function urqlWith(client: AuthenticatedClient, url: string): Client {
  return new Client({ url, exchanges: [fetchExchange], fetch: client.fetch, preferGetMethod: false })
}
