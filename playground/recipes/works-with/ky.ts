// ky takes a fetch. It hands it a `Request`: bodies up to 1 MiB are replayed. An AuthError comes through as it is, and is not tried again
// (ky 1 takes it for a failure of the network, and does; there `prefix` is `prefixUrl`).
import type { AuthenticatedClient } from 'authenticated-client'
import ky, { type KyInstance } from 'ky'

export function kyWith(client: AuthenticatedClient, prefix: string): KyInstance {
  // What ky bounds includes the wait for a refresh, which may take as long as its default alone.
  return ky.create({ prefix, fetch: client.fetch, timeout: 30_000 })
}
