// From supabase-js's own fetch for calls to your own API: `fetch(url, { headers: { Authorization: `Bearer ${session.access_token}` } })`.
// supabase.auth goes on signing people in and out, and stays the only one who spends its refresh token: it is asked to, once for all
// calls. Whose session it has is read before each send. A limit or an outage of its server no longer signs anybody out here.
import { AuthenticatedClient, SessionEndedError, type TokenSet } from 'authenticated-client'

interface Answer {
  readonly data: {
    readonly session: {
      readonly access_token: string
      /** In seconds. */
      readonly expires_at?: number | undefined
    } | null
  }
  readonly error: { readonly code?: string | undefined } | null
}

/** The part of `supabase.auth` that is used. */
export interface SupabaseAuth {
  getSession(): Promise<Answer>
  refreshSession(): Promise<Answer>
}

export function withSupabase(auth: SupabaseAuth, baseUrl: string): AuthenticatedClient {
  return new AuthenticatedClient({
    baseUrl,
    getTokens: async () => tokensIn(await auth.getSession()),
    saveTokens: () => false, // It has saved them itself by then.
    async grant() {
      const tokens = tokensIn(await auth.refreshSession())
      if (!tokens) throw new SessionEndedError()
      return tokens
    },
  })
}

/** `null`: nobody is signed in. Where that can't be said now, it throws: no session ends over that. */
function tokensIn({ data: { session }, error }: Answer): TokenSet | null {
  if (session) return { accessToken: session.access_token, expiresAt: session.expires_at && session.expires_at * 1000 }
  if (!error || /^(refresh_token_(not_found|already_used)|session_(not_found|expired)|user_banned)$/.test(error.code ?? '')) return null
  throw new Error('Supabase could not refresh now', { cause: error })
}
