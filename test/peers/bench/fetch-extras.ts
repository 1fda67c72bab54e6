import { withTokenRefresh } from 'fetch-extras'
import { type Contestant, jsonOf } from '../../bench/contestant.ts'
import { StoredPair } from '../matrix/stored-pair.ts'

/** The README's `refreshToken`: posts with fetch, reads the JSON, returns the token. */
export const fetchExtras: Contestant = {
  name: 'fetch-extras',
  start({ tokenEndpoint, api, fetch, signIn }) {
    const pair = new StoredPair(signIn)
    const apiFetch = withTokenRefresh({
      refreshToken: async () => {
        const response = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(pair.form) })
        return pair.store(await response.json())
      },
    })(fetch)
    return {
      logouts: () => 0,
      get: async ({ headers, ...ask } = {}) =>
        jsonOf(await apiFetch(`${api}/me`, { ...ask, headers: { ...headers, Authorization: `Bearer ${pair.accessToken}` } })),
    }
  },
}
