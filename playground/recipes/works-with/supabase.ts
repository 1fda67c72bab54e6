// supabase-js puts an `Authorization` of its own on every request, and what a caller sets the client leaves alone. So it is taken off
// first. Supabase's own auth is not used: the tokens are those of another issuer that the project trusts.
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import type { AuthenticatedClient } from 'authenticated-client'

export function supabaseWith(client: AuthenticatedClient, url: string, apiKey: string): SupabaseClient {
  return createClient(url, apiKey, {
    accessToken: async () => null, // Its realtime channels want a token there: `() => client.getAccessToken()`.
    global: {
      fetch: (input, init) => {
        const headers = new Headers(init?.headers)
        headers.delete('authorization')
        return client.fetch(input, { ...init, headers })
      },
    },
  })
}
