import { AuthClient } from '@supabase/auth-js'
import type { Contestant } from '../../matrix/run.ts'

/**
 * Signs in with a password, takes the token from `getSession()` before each call, as `supabase-js` does, and answers a 401 with
 * `refreshSession()`. Signed out: the `SIGNED_OUT` event.
 */
export const supabase: Contestant = {
  name: '@supabase/auth-js',
  async start({ tokenEndpoint, api, signIn }, expiresAt) {
    const { accessToken, refreshToken } = signIn()
    const stored = new Map<string, string>()
    let isSignedOut = false
    const auth = new AuthClient({
      url: tokenEndpoint.replace(/\/token$/, ''),
      storage: {
        getItem: (key) => stored.get(key) ?? null,
        setItem: (key, value) => void stored.set(key, value),
        removeItem: (key) => void stored.delete(key),
      },
      // The password's answer comes from here, everything else over the wire.
      fetch: (input, init) =>
        String(input).includes('grant_type=password')
          ? Promise.resolve(
              Response.json({
                access_token: accessToken,
                refresh_token: refreshToken,
                token_type: 'bearer',
                expires_in: 3600,
                expires_at: Math.floor(expiresAt / 1000),
                user: { id: '1', aud: 'authenticated' },
              }),
            )
          : fetch(input, init),
    })
    auth.onAuthStateChange((event) => {
      isSignedOut ||= event === 'SIGNED_OUT'
    })
    await auth.initialize()
    const { error } = await auth.signInWithPassword({ email: 'ada@example.com', password: 'x' })
    if (error) throw error
    const get = async (token: string | undefined): Promise<number> => {
      const response = await fetch(api, token ? { headers: { authorization: `Bearer ${token}` } } : {})
      await response.body?.cancel()
      return response.status
    }
    return {
      async call() {
        const { data } = await auth.getSession()
        const status = await get(data.session?.access_token)
        if (status !== 401 || !data.session) return status
        const refreshed = await auth.refreshSession()
        return refreshed.data.session ? get(refreshed.data.session.access_token) : status
      },
      isSignedOut: () => isSignedOut,
      stop: () => void auth.stopAutoRefresh(),
    }
  },
}
