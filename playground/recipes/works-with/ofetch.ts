// ofetch (Nuxt's $fetch): `createFetch` makes an instance that sends with the client's fetch.
import type { AuthenticatedClient } from 'authenticated-client'
import { type $Fetch, createFetch } from 'ofetch'

export function ofetchWith(client: AuthenticatedClient, baseURL: string): $Fetch {
  return createFetch({ fetch: client.fetch, Headers, AbortController, defaults: { baseURL } })
}
