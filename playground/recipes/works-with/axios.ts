// axios, through its fetch adapter: `env.fetch` is what it sends with. Interceptors that refresh tokens can go.
import type { AuthenticatedClient } from 'authenticated-client'
import axios, { type AxiosInstance } from 'axios'

export function axiosWith(client: AuthenticatedClient, baseURL: string): AxiosInstance {
  return axios.create({ baseURL, adapter: 'fetch', env: { fetch: client.fetch } })
}
