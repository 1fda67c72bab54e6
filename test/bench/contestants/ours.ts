import { type Contestant, jsonOf } from '../contestant.ts'

// The build, as users run it.
const dist = new URL('../../../dist/index.js', import.meta.url).href
export const { AuthenticatedClient, parseChallenges } = (await import(dist)) as typeof import('authenticated-client')

/** As the README begins. */
export const ours: Contestant = {
  name: 'authenticated-client',
  start({ api, tokenEndpoint, fetch, signIn }) {
    let tokens: import('authenticated-client').TokenSet = signIn()
    let logouts = 0
    const client = new AuthenticatedClient({
      tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [api],
      getTokens: () => tokens,
      saveTokens: (next) => {
        tokens = next
      },
      onLogout: () => void logouts++,
      fetch,
      refreshBudget: false, // In the bench every call may be a 401, on purpose.
    })
    const url = `${api}/me`
    return { logouts: () => logouts, get: async (ask) => jsonOf(await client.fetch(url, ask)) }
  },
}
