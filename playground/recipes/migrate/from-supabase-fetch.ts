// From supabase-js's own fetch for calls to your own API: `fetch(url, { headers: { Authorization: `Bearer ${session.access_token}` } })`.
// supabase.auth still signs people in and out, and stays the only one that uses its refresh token: the client asks it to refresh, once for
// all calls, and reads its current session before each send. A rate limit or an outage of Supabase no longer signs anybody out here.
import { AuthenticatedClient, SessionEndedError, type TokenSet } from 'authenticated-client'
import { jwtDecode } from 'jwt-decode'

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
    saveTokens: () => false, // supabase.auth has saved them itself.
    async grant() {
      const tokens = tokensIn(await auth.refreshSession())
      if (!tokens) throw new SessionEndedError()
      return tokens
    },
  })
}

/** `null`: nobody is signed in. Throws if Supabase can't tell now; the client keeps the session then. */
function tokensIn({ data: { session }, error }: Answer): TokenSet | null {
  if (session)
    return {
      accessToken: session.access_token,
      expiresAt: session.expires_at && session.expires_at * 1000,
      sessionId: sessionIdIn(session.access_token),
    }
  if (!error || /^(refresh_token_(not_found|already_used)|session_(not_found|expired)|user_banned)$/.test(error.code ?? '')) return null
  throw new Error('Supabase could not refresh now', { cause: error })
}

/** Supabase's own id of the sign-in, which each refresh keeps. Without it a refresh would look like another user to on-session-change.ts. */
function sessionIdIn(accessToken: string): string | undefined {
  try {
    return jwtDecode<{ readonly session_id?: string }>(accessToken).session_id
  } catch {
    return undefined // It is no JWT.
  }
}
