// From supabase-js's own fetch for calls to your own API: `fetch(url, { headers: { Authorization: `Bearer ${session.access_token}` } })`.
// supabase.auth goes on signing people in, and stays the only one who spends its refresh token: it is asked to, once for all calls.
// A limit or an outage of its server no longer signs anybody out here.
import { AuthenticatedClient, type Grant, memoryStore, SessionEndedError, type TokenSet } from 'authenticated-client'

interface Session {
  readonly access_token: string
  /** In seconds. */
  readonly expires_at?: number | undefined
}

/** The part of `supabase.auth` that is used. */
export interface SupabaseAuth {
  getSession(): Promise<{ data: { session: Session | null } }>
  refreshSession(): Promise<{
    data: { session: Session | null }
    error: { readonly status?: number | undefined; readonly code?: string | undefined } | null
  }>
}

export function withSupabase(auth: SupabaseAuth, baseUrl: string): AuthenticatedClient {
  const bySupabase: Grant = async (tokens) => {
    const { data } = await auth.getSession()
    // It may have refreshed by itself since: then what it has is the answer.
    if (data.session && data.session.access_token !== tokens?.accessToken) return tokenSet(data.session)
    const refreshed = await auth.refreshSession()
    if (refreshed.data.session) return tokenSet(refreshed.data.session)
    if (!data.session || /refresh_token_(not_found|already_used)|session_not_found/.test(refreshed.error?.code ?? ''))
      throw new SessionEndedError()
    throw new Error('Supabase could not refresh now')
  }
  return new AuthenticatedClient({ baseUrl, store: memoryStore(), grant: Object.assign(bySupabase, { needs: 'nothing' as const }) })
}

function tokenSet({ access_token, expires_at }: Session): TokenSet {
  return { accessToken: access_token, expiresAt: expires_at === undefined ? undefined : expires_at * 1000 }
}
