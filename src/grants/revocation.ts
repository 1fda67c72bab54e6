import type { FetchLike } from '../platform/fetch-like'
import { checkedEndpoint } from './checked-options'
import type { ClientAuthentication } from './client-authentication'
import { postForm } from './form-post'
import type { GrantContext } from './grant'

export interface Revocation {
  /** Absolute; the request goes to exactly this. */
  readonly revocationEndpoint: string | URL
  readonly clientId: string
  /** @default none */
  readonly clientAuthentication?: ClientAuthentication | null | undefined
  readonly token: string
  /** What kind of token it is: spares the server a search. */
  readonly hint?: 'access_token' | 'refresh_token' | null | undefined
}

/**
 * Tells the authorization server to forget a token: best effort, one attempt, never throws. Resolves to whether it answered 200,
 * which it also does for a token that it doesn't know.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009 §2}
 */
export async function revokeToken(revocation: Revocation, context: Pick<GrantContext, 'fetch' | 'signal' | 'clock'>): Promise<boolean> {
  const { clientId, clientAuthentication, token, hint } = revocation
  // After a logout the app mostly leaves the page: the request should outlive it.
  const fetch: FetchLike = (input, init) => context.fetch(input, { ...init, keepalive: true })
  try {
    const url = checkedEndpoint('revocationEndpoint', revocation.revocationEndpoint)
    const post = { url, clientId, clientAuthentication, parameters: { token, token_type_hint: hint } }
    const { status } = await postForm(post, { fetch, signal: context.signal, clock: context.clock })
    return status === 200
  } catch {
    return false
  }
}
