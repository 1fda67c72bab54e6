import wretch from 'wretch'
import FormUrlAddon from 'wretch/addons/formUrl'
import type { Contestant } from '../../matrix/run.ts'
import { StoredPair, type TokenFields } from './stored-pair.ts'

/**
 * The README's "Automatic Token Refresh"; `refreshToken` posts with wretch. How to store is left to the app, and
 * there is no event for a lost session. Signed out: the stored pair is gone.
 */
export const wretchRecipe: Contestant = {
  name: 'wretch, README recipe',
  leavesLogoutToTheApp: true,
  start({ tokenEndpoint, api: url, signIn }) {
    const pair = new StoredPair(signIn)
    const refreshToken = async () =>
      pair.store(await wretch(tokenEndpoint).addon(FormUrlAddon).formUrl(pair.form).post().json<TokenFields>())
    const api = wretch(url).resolve((w) =>
      w.unauthorized(async (_error, request) => {
        const newToken = await refreshToken()
        return request
          .auth(`Bearer ${newToken}`)
          .fetch()
          .unauthorized((error) => {
            throw error
          })
          .res()
      }),
    )
    return {
      call: async () => Number(((await api.auth(`Bearer ${pair.accessToken}`).get().res()) as Response).status),
      isSignedOut: () => pair.isGone(),
    }
  },
}
