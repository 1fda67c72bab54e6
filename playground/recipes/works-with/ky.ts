// ky takes a fetch, and passes it a `Request`: so bodies up to 1 MiB can be sent again. An AuthError reaches you as it is, without a retry.
// (ky 1 retries it as if the network had failed; there `prefix` is called `prefixUrl`.)
import type { AuthenticatedClient } from 'authenticated-client'
import ky, { type KyInstance } from 'ky'

export function kyWith(client: AuthenticatedClient, prefix: string): KyInstance {
  // ky's timeout includes the wait for a refresh, and that alone may take the 10 seconds that are ky's default.
  return ky.create({ prefix, fetch: client.fetch, timeout: 30_000 })
}
