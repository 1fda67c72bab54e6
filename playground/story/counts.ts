import type { Api, ApiCounts } from '../servers/api'
import type { AuthorizationServer } from '../servers/authorization-server'
import type { TokenRequestCounts } from '../servers/token-request-log'

/** What both servers have counted. */
export type Counts = TokenRequestCounts & ApiCounts

/** Starts counting; the function it returns tells what both servers have counted since. */
export function countFromNow(authorizationServer: AuthorizationServer, api: Api): () => Counts {
  const look = (): Counts => ({ ...authorizationServer.counts, ...api.counts })
  const before = look()

  return () => {
    const now = look()
    const since = (name: keyof Counts): number => now[name] - before[name]
    return {
      tokenRequests: since('tokenRequests'),
      signIns: since('signIns'),
      refreshes: since('refreshes'),
      serviceTokens: since('serviceTokens'),
      rejections: since('rejections'),
      unavailable: since('unavailable'),
      reuses: since('reuses'),
      revocations: since('revocations'),
      requests: since('requests'),
      accepted: since('accepted'),
      unauthorized: since('unauthorized'),
      forbidden: since('forbidden'),
      notes: since('notes'),
    }
  }
}
