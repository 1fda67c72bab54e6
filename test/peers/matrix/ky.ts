import ky from 'ky'
import type { Contestant } from '../../matrix/run.ts'
import { StoredPair, type TokenFields } from './stored-pair.ts'

/**
 * The README's "How do I implement token refresh on 401 responses?"; `refreshToken` posts with ky, as its other example does. How
 * to store is left to the app, and there is no event for a lost session. Signed out: the stored pair is gone.
 */
export const kyRecipe: Contestant = {
  name: 'ky, README recipe',
  leavesLogoutToTheApp: true,
  start({ tokenEndpoint, api: url, signIn }) {
    const pair = new StoredPair(signIn)
    const refreshToken = async () => pair.store(await ky.post(tokenEndpoint, { body: new URLSearchParams(pair.form) }).json<TokenFields>())
    const api = ky.create({
      retry: { statusCodes: [401] },
      hooks: {
        beforeRequest: [({ request }) => request.headers.set('Authorization', `Bearer ${pair.accessToken}`)],
        beforeRetry: [
          async ({ request }) => {
            const token = await refreshToken()
            request.headers.set('Authorization', `Bearer ${token}`)
          },
        ],
      },
    })
    return { call: async () => (await api.get(url)).status, isSignedOut: () => pair.isGone() }
  },
}
