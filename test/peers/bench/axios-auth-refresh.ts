import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import type { Contestant } from '../../bench/contestant.ts'
import { StoredPair } from '../matrix/stored-pair.ts'

/** The README's usage, on axios' own fetch adapter with the `env.fetch` that its README shows. */
export const axiosAuthRefresh: Contestant = {
  name: 'axios-auth-refresh',
  start({ tokenEndpoint, api, fetch, signIn }) {
    const pair = new StoredPair(signIn)
    // Without a Request and a Response of its own, axios goes on with what this fetch understands.
    const transport = { adapter: 'fetch', env: { fetch } } as const
    const instance = axios.create(transport)
    instance.interceptors.request.use((request) => {
      request.headers.Authorization = `Bearer ${pair.accessToken}`
      return request
    })
    createAuthRefresh(instance, (failedRequest) =>
      axios.post(tokenEndpoint, new URLSearchParams(pair.form), transport).then((tokenRefreshResponse) => {
        pair.store(tokenRefreshResponse.data)
        failedRequest.response.config.headers.Authorization = `Bearer ${pair.accessToken}`
        return Promise.resolve()
      }),
    )
    return { logouts: () => 0, get: async (ask) => (await instance.get(`${api}/me`, ask)).data }
  },
}
