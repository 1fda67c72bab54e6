import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client'
import { type Contestant, jsonOf } from '../../bench/contestant.ts'

/** The README's fetch wrapper with stored tokens, as the middleware that it documents for another fetch. */
export const badgateway: Contestant = {
  name: '@badgateway/oauth2-client',
  start({ tokenEndpoint, api, fetch, signIn }) {
    let logouts = 0
    let stored: string | undefined = JSON.stringify({ ...signIn(), expiresAt: Date.now() + 3_600_000 })
    const wrapper = new OAuth2Fetch({
      client: new OAuth2Client({ clientId: 'web', tokenEndpoint, fetch }),
      getNewToken: () => null,
      getStoredToken: () => (stored ? JSON.parse(stored) : null),
      storeToken: (token) => {
        stored = JSON.stringify(token)
      },
      onError: () => void logouts++,
      // It would hold the process for an hour.
      scheduleRefresh: false,
    })
    const middleware = wrapper.mw()
    return {
      logouts: () => logouts,
      get: async (ask) => jsonOf(await middleware(new Request(`${api}/me`, ask), (request) => fetch(request))),
    }
  },
}
