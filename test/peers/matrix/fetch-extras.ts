import { withTokenRefresh } from 'fetch-extras'
import type { Contestant } from '../../matrix/run.ts'
import { StoredPair } from './stored-pair.ts'

/**
 * The README's `refreshToken`: posts with fetch, reads the JSON, returns the token. How to store is left to the app,
 * and there is no event for a lost session. Signed out: the stored pair is gone.
 */
export const fetchExtras: Contestant = {
  name: 'fetch-extras withTokenRefresh',
  leavesLogoutToTheApp: true,
  start({ tokenEndpoint, api, signIn }) {
    const pair = new StoredPair(signIn)
    const apiFetch = withTokenRefresh({
      refreshToken: async () => {
        const response = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(pair.form) })
        return pair.store(await response.json())
      },
    })(fetch)
    return {
      async call() {
        const response = await apiFetch(api, { headers: { Authorization: `Bearer ${pair.accessToken}` } })
        await response.body?.cancel()
        return response.status
      },
      isSignedOut: () => pair.isGone(),
    }
  },
}
