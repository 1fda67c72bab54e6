// wretch takes a fetch as a polyfill (in version 2: `.polyfills({ fetch })`); its `.unauthorized` catcher then sees only what could not
// be cured.
import type { AuthenticatedClient } from 'authenticated-client'
import wretch, { type Wretch } from 'wretch'

export function wretchWith(client: AuthenticatedClient, baseUrl: string): Wretch {
  return wretch(baseUrl).fetchPolyfill(client.fetch)
}
