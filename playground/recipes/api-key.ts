// An API key that is rotated: the key is the session's access token, a grant gets the next one, and all calls that the old one was refused
// for share that. A key for good is `apiKey({ key })`: fail at the start where your environment lacks it, since without a
// `key` it is the session's access token again, and there is none.
import { AuthenticatedClient } from 'authenticated-client'
import { apiKey } from 'authenticated-client/api-key'

export function weatherClient(baseUrl: string, nextKey: () => Promise<string>): AuthenticatedClient {
  const grant = Object.assign(async () => ({ accessToken: await nextKey() }), { needs: 'nothing' as const })
  return new AuthenticatedClient({ baseUrl, scheme: apiKey({ header: 'X-Weather-Key' }), grant })
}
