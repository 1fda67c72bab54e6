// urql takes a fetch; the auth exchange is not needed. `preferGetMethod: false`, since it would send short queries by GET, with their
// variables in the URL, and so in logs.
import { Client, fetchExchange } from '@urql/core'
import type { AuthenticatedClient } from 'authenticated-client'

export function urqlWith(client: AuthenticatedClient, url: string): Client {
  return new Client({ url, exchanges: [fetchExchange], fetch: client.fetch, preferGetMethod: false })
}
