import { revokeToken } from '../grants/revocation'
import type { FetchLike } from '../platform/fetch-like'
import { startDeadline } from '../session/deadline'
import type { SessionEvent } from '../session/session-event'
import { spendable, type TokenSet } from '../tokens/token-set'
import type { ResolvedOptions } from './resolve-options'

/** Has tokens revoked that nobody will use any more, where that is possible, by a deadline of its own; the app hears how it went. */
export function createRevoker(
  { revocationEndpoint, clientId, clientAuthentication, limit, clock }: ResolvedOptions,
  fetch: FetchLike,
  emit: (event: SessionEvent) => void,
): (tokens: TokenSet | null) => Promise<void> {
  let last: string | null = null
  return async (tokens) => {
    // A rotation whose session is signed out of while it is being saved comes twice: by the sign-out, and by the refresh.
    const token = tokens && spendable(tokens)
    if (!revocationEndpoint || !tokens || token === last) return
    last = token
    const { signal, clear } = startDeadline(limit, clock)
    const revoked = await revokeToken(tokens, { fetch, signal, clock }, revocationEndpoint, clientId, clientAuthentication)
    clear()
    if (!revoked && last === token) last = null
    emit({ type: 'revocation', revoked })
  }
}
