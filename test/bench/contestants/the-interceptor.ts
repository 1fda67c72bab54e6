import { type Contestant, jsonOf } from '../contestant.ts'
import { createInterceptor } from './interceptor.ts'

export const theInterceptor: Contestant = {
  name: 'the interceptor',
  start({ api, tokenEndpoint, fetch, signIn }) {
    let tokens = signIn()
    let logouts = 0
    const fetchWithAuth = createInterceptor({
      fetch,
      tokenEndpoint,
      clientId: 'web',
      getTokens: () => tokens,
      saveTokens: (next) => {
        tokens = next
      },
      onLogout: () => void logouts++,
    })
    const url = `${api}/me`
    return { logouts: () => logouts, get: async (ask) => jsonOf(await fetchWithAuth(url, ask)) }
  },
}
