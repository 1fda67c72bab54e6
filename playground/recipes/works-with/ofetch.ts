// ofetch (Nuxt's $fetch) is made anew around a fetch.
import type { AuthenticatedClient } from 'authenticated-client'
import { type $Fetch, createFetch } from 'ofetch'

export function ofetchWith(client: AuthenticatedClient, baseURL: string): $Fetch {
  return createFetch({ fetch: client.fetch, Headers, AbortController, defaults: { baseURL } })
}
