import { OAuth2Client } from 'google-auth-library'
import type { Contestant } from '../../bench/contestant.ts'

/**
 * An `OAuth2Client` with the credentials of a user; `forceRefreshOnFailure`, or it would answer a 401 only while it knows no expiry.
 * It keeps the refresh token that it was given (Google's stay the same): so do its servers.
 */
export const googleAuthLibrary: Contestant = {
  name: 'google-auth-library',
  server: { rotates: false },
  start({ tokenEndpoint, api, fetch, signIn }) {
    const { accessToken, refreshToken } = signIn()
    const client = new OAuth2Client({
      clientId: 'web',
      endpoints: { oauth2TokenUrl: tokenEndpoint },
      transporterOptions: { fetchImplementation: fetch },
      forceRefreshOnFailure: true,
    })
    client.setCredentials({ access_token: accessToken, refresh_token: refreshToken })
    return { logouts: () => 0, get: async (ask) => (await client.request({ url: `${api}/me`, ...ask })).data }
  },
}
