import * as oauth from 'oauth4webapi'
import { type Contestant, jsonOf } from '../../bench/contestant.ts'
import { StoredPair } from '../matrix/stored-pair.ts'

/** Its building blocks in a row: it keeps no session, so the app holds the pair and asks again after a challenge. */
export const oauth4webapi: Contestant = {
  name: 'oauth4webapi',
  start({ tokenEndpoint, api, fetch, signIn }) {
    const pair = new StoredPair(signIn)
    const server = { issuer: new URL(tokenEndpoint).origin, token_endpoint: tokenEndpoint }
    const client = { client_id: 'web' }
    const transport = { [oauth.customFetch]: fetch as never, [oauth.allowInsecureRequests]: true }
    const url = new URL(`${api}/me`)
    return {
      logouts: () => 0,
      async get({ headers, signal } = {}) {
        const send = () =>
          oauth.protectedResourceRequest(String(pair.accessToken), 'GET', url, new Headers(headers), null, {
            ...transport,
            ...(signal && { signal }),
          })
        try {
          return await jsonOf(await send())
        } catch (error) {
          if (!(error instanceof oauth.WWWAuthenticateChallengeError) || error.status !== 401) throw error
          const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), String(pair.refreshToken), transport)
          pair.store(await oauth.processRefreshTokenResponse(server, client, answer))
          return jsonOf(await send())
        }
      },
    }
  },
}
