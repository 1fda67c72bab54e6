import { type Ask, type Contestant, jsonOf } from '../contestant.ts'

/** The same requests, sent by somebody who knows what will happen and has made everything ready: all that others do besides is overhead. */
export const bareFetch: Contestant = {
  name: 'bare fetch',
  start({ api, tokenEndpoint, fetch, signIn }) {
    let tokens = signIn()
    const url = `${api}/me`

    async function refresh(): Promise<void> {
      const answer = await fetch(tokenEndpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `grant_type=refresh_token&refresh_token=${tokens.refreshToken}&client_id=web`,
      })
      const { access_token, refresh_token } = (await answer.json()) as { access_token: string; refresh_token: string }
      tokens = { accessToken: access_token, refreshToken: refresh_token }
    }

    let ready: { readonly accessToken: string; readonly ask: Ask | undefined; readonly init: RequestInit } | undefined
    function initOf(ask: Ask | undefined): RequestInit {
      const { accessToken } = tokens
      if (ready?.accessToken === accessToken && ready.ask === ask) return ready.init
      const headers = new Headers({ ...ask?.headers, authorization: `Bearer ${accessToken}` })
      ready = { accessToken, ask, init: { ...ask, headers } }
      return ready.init
    }

    return {
      logouts: () => 0,
      async get(ask) {
        const response = await fetch(url, initOf(ask))
        if (response.status !== 401) return jsonOf(response)
        await refresh()
        return jsonOf(await fetch(url, initOf(ask)))
      },
    }
  },
}
