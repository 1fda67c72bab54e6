// axios (1.12 or later), through its fetch adapter: `env.fetch` is what it sends with. Interceptors that refresh tokens can go. An
// AuthError comes inside of an AxiosError: compare `error.code`, or ask `isAuthError(error.cause)`.
import type { AuthenticatedClient } from 'authenticated-client'
import axios, { type AxiosInstance } from 'axios'

export function axiosWith(client: AuthenticatedClient, baseURL: string): AxiosInstance {
  // Without a `Request` of axios's own, a body over 1 MiB is replayed too. `withCredentials` and `onUploadProgress` then do nothing.
  const Request = null as never // Its types know no null.
  return axios.create({ baseURL, adapter: 'fetch', env: { fetch: client.fetch, Request } })
}
