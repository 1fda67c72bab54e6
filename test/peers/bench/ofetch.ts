import { createFetch } from 'ofetch'
import type { Contestant } from '../../bench/contestant.ts'
import { StoredPair } from '../matrix/stored-pair.ts'

/** No recipe of its own; what its README documents, put together: `onRequest` sets the token, `onResponseError` refreshes, `retryStatusCodes` asks again. */
export const ofetchHooks: Contestant = {
  name: 'ofetch',
  start({ tokenEndpoint, api: origin, fetch, signIn }) {
    const pair = new StoredPair(signIn)
    const plain = createFetch({ fetch })
    const api = plain.create({
      retry: 1,
      retryStatusCodes: [401],
      onRequest({ options }) {
        options.headers.set('Authorization', `Bearer ${pair.accessToken}`)
      },
      async onResponseError({ response }) {
        if (response.status !== 401) return
        pair.store(await plain(tokenEndpoint, { method: 'POST', body: new URLSearchParams(pair.form) }))
      },
    })
    return { logouts: () => 0, get: (ask) => api(`${origin}/me`, ask) }
  },
}
