// ky takes a fetch. Leave 401 out of its own retries: the client has replayed by then what can be replayed.
import type { AuthenticatedClient } from 'authenticated-client'
import ky, { type KyInstance } from 'ky'

export function kyWith(client: AuthenticatedClient, prefixUrl: string): KyInstance {
  return ky.create({ prefixUrl, fetch: client.fetch, retry: { statusCodes: [408, 429, 500, 502, 503, 504] } })
}
