// urql takes a fetch; the auth exchange is not needed. Without `preferGetMethod: false` it sends a short query by GET: its variables would
// be in the URL, and so in logs.
import { Client, fetchExchange } from '@urql/core'
import type { AuthenticatedClient } from 'authenticated-client'

export function urqlWith(client: AuthenticatedClient, url: string): Client {
  return new Client({ url, exchanges: [fetchExchange], fetch: client.fetch, preferGetMethod: false })
}
