// wretch takes a fetch as a polyfill (in version 2: `.polyfills({ fetch })`). Its `.unauthorized` catcher then sees only the 401s that no
// refresh could cure.
import type { AuthenticatedClient } from 'authenticated-client'
import wretch, { type Wretch } from 'wretch'

export function wretchWith(client: AuthenticatedClient, baseUrl: string): Wretch {
  return wretch(baseUrl).fetchPolyfill(client.fetch)
}
