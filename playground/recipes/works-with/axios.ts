// axios (1.12 or later), by its fetch adapter, which sends with `env.fetch`. Remove interceptors that refresh tokens. An AuthError comes
// wrapped in an AxiosError: compare `error.code`, or ask `isAuthError(error.cause)`.
import type { AuthenticatedClient } from 'authenticated-client'
import axios, { type AxiosInstance } from 'axios'

export function axiosWith(client: AuthenticatedClient, baseURL: string): AxiosInstance {
  // Without a `Request`, axios passes the body as it is, and one over 1 MiB can be sent again too. The price: `withCredentials` and
  // `onUploadProgress` do nothing.
  const Request = null as never // The types don't allow null.
  return axios.create({ baseURL, adapter: 'fetch', env: { fetch: client.fetch, Request } })
}
