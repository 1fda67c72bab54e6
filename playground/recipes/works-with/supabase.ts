// For a Supabase project that trusts the tokens of another issuer, in place of Supabase's own auth. supabase-js puts an `Authorization`
// header on every request, and the client never replaces one that its caller has set: so it is removed first.
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import type { AuthenticatedClient } from 'authenticated-client'

export function supabaseWith(client: AuthenticatedClient, url: string, apiKey: string): SupabaseClient {
  return createClient(url, apiKey, {
    accessToken: async () => null, // For realtime channels: `() => client.getAccessToken()`.
    global: {
      fetch: (input, init) => {
        const headers = new Headers(init?.headers)
        headers.delete('authorization')
        return client.fetch(input, { ...init, headers })
      },
    },
  })
}
