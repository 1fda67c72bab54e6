import type { TokenSet } from '../tokens/token-set'
import type { ClientAuthentication } from './client-authentication'
import { postForm } from './form-post'
import type { GrantContext } from './grant'

/**
 * Tells the authorization server to forget a session's tokens: the refresh token, or the access token where there is none. Best
 * effort, one attempt, never rejects. Resolves to whether it answered 200, which it also does for a token that it doesn't know.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009 §2}
 */
export function revokeToken(
  { accessToken, refreshToken }: TokenSet,
  context: Pick<GrantContext, 'fetch' | 'signal' | 'clock'>,
  revocationEndpoint: string | URL,
  clientId: string,
  clientAuthentication: ClientAuthentication | null | undefined,
): Promise<boolean> {
  const parameters = { token: refreshToken || accessToken, token_type_hint: refreshToken ? 'refresh_token' : 'access_token' }
  // After a logout the app mostly leaves the page: the request should outlive it.
  return postForm(context, String(revocationEndpoint), clientId, clientAuthentication, parameters, true).then(
    ({ status }) => status === 200,
    () => false,
  )
}
