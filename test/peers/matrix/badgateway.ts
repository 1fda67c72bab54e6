import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client'
import type { Contestant } from '../../matrix/run.ts'

/**
 * The README's fetch wrapper with stored tokens; `getNewToken` returns `null`, as it says for an app whose user must be sent to the
 * sign-in. Signed out: `onError`, "called for any fatal authentication errors", with the words "a full reauth may be needed".
 */
export const badgateway: Contestant = {
  name: '@badgateway/oauth2-client',
  start({ tokenEndpoint, api, signIn }, expiresAt) {
    let isSignedOut = false
    let stored: string | undefined = JSON.stringify({ ...signIn(), expiresAt })
    const wrapper = new OAuth2Fetch({
      client: new OAuth2Client({ clientId: 'web', tokenEndpoint }),
      getNewToken: () => null,
      getStoredToken: () => (stored ? JSON.parse(stored) : null),
      storeToken: (token) => {
        stored = JSON.stringify(token)
      },
      onError: () => {
        isSignedOut = true
      },
      // It would hold the process for an hour.
      scheduleRefresh: false,
    })
    return {
      async call() {
        const response = await wrapper.fetch(api)
        await response.body?.cancel()
        return response.status
      },
      isSignedOut: () => isSignedOut,
    }
  },
}
