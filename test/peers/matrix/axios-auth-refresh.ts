import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import type { Contestant } from '../../matrix/run.ts'
import { StoredPair } from './stored-pair.ts'

/**
 * The README's usage: `refreshAuthLogic` posts with axios and stores what comes, a request interceptor sends the stored token. There
 * is no event for a lost session. Signed out: the stored pair is gone.
 */
export const axiosAuthRefresh: Contestant = {
  name: 'axios-auth-refresh',
  leavesLogoutToTheApp: true,
  start({ tokenEndpoint, api, signIn }) {
    const pair = new StoredPair(signIn)
    const instance = axios.create()
    instance.interceptors.request.use((request) => {
      request.headers.Authorization = `Bearer ${pair.accessToken}`
      return request
    })
    createAuthRefresh(instance, (failedRequest) =>
      axios.post(tokenEndpoint, new URLSearchParams(pair.form)).then((tokenRefreshResponse) => {
        pair.store(tokenRefreshResponse.data)
        failedRequest.response.config.headers.Authorization = `Bearer ${pair.accessToken}`
        return Promise.resolve()
      }),
    )
    return { call: async () => (await instance.get(api)).status, isSignedOut: () => pair.isGone() }
  },
}
