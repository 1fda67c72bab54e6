import wretch from 'wretch'
import FormUrlAddon from 'wretch/addons/formUrl'
import type { Contestant } from '../../bench/contestant.ts'
import { StoredPair, type TokenFields } from '../matrix/stored-pair.ts'

/** The README's "Automatic Token Refresh"; `refreshToken` posts with wretch, all on the fetch that `fetchPolyfill` sets. */
export const wretchRecipe: Contestant = {
  name: 'wretch',
  start({ tokenEndpoint, api: origin, fetch, signIn }) {
    const pair = new StoredPair(signIn)
    const login = wretch(tokenEndpoint).fetchPolyfill(fetch).addon(FormUrlAddon)
    const refreshToken = async () => pair.store(await login.formUrl(pair.form).post().json<TokenFields>())
    const api = wretch(`${origin}/me`)
      .fetchPolyfill(fetch)
      .resolve((w) =>
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
      logouts: () => 0,
      async get({ headers, signal } = {}) {
        const call = api
          .auth(`Bearer ${pair.accessToken}`)
          .headers({ ...headers })
          .options(signal ? { signal } : {})
        return ((await call.get().res()) as Response).json()
      },
    }
  },
}
