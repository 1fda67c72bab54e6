// An API key that is rotated: the key is the session's access token, and a grant fetches the next one when the API refuses it, once for all
// calls that were refused. For a key that does not change give `apiKey({ key })`. Check first that your environment has it: with `key`
// undefined the scheme would send the session's access token, and there is none.
import { AuthenticatedClient } from 'authenticated-client'
import { apiKey } from 'authenticated-client/api-key'

export function weatherClient(baseUrl: string, nextKey: () => Promise<string>): AuthenticatedClient {
  const grant = Object.assign(async () => ({ accessToken: await nextKey() }), { needs: 'nothing' as const })
  return new AuthenticatedClient({ baseUrl, scheme: apiKey({ header: 'X-Weather-Key' }), grant })
}
