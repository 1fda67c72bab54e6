import ky from 'ky'
import type { Contestant } from '../../bench/contestant.ts'
import { StoredPair, type TokenFields } from '../matrix/stored-pair.ts'

/** The README's "How do I implement token refresh on 401 responses?", without the 300 ms that ky waits before a retry: work is measured. */
export const kyRecipe: Contestant = {
  name: 'ky',
  start({ tokenEndpoint, api: origin, fetch, signIn }) {
    const pair = new StoredPair(signIn)
    const refreshToken = async () =>
      pair.store(await ky.post(tokenEndpoint, { fetch, body: new URLSearchParams(pair.form) }).json<TokenFields>())
    const api = ky.create({
      fetch,
      retry: { statusCodes: [401], delay: () => 0 },
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
    return { logouts: () => 0, get: (ask) => api.get(`${origin}/me`, ask).json() }
  },
}
