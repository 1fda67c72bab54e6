import type { TokenSet } from '../tokens/token-set'
import { type FormPost, postForm } from './form-post'
import type { GrantContext } from './grant'
import { type RejectionTest, tokenRefusal } from './token-refusal'
import { tokenResponse } from './token-response'

export interface TokenRequest extends FormPost {
  readonly isRejected?: RejectionTest | null | undefined
}

/**
 * Asks the token endpoint for tokens. Whatever else comes of it is thrown as an `AuthError`: see `tokenRefusal` for answers,
 * `postForm` for their absence.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 §3.2}
 */
export async function requestTokens(request: TokenRequest, context: GrantContext): Promise<TokenSet> {
  let answer = await postForm(request, context)
  // RFC 9449 §8: `context.fetch` has shown the scheme the nonce that was missing.
  if (Object(answer.body).error === 'use_dpop_nonce') answer = await postForm(request, context)

  const tokens = answer.status === 200 ? tokenResponse(answer.body, context.clock.now()) : {}
  if (tokens.accessToken) return tokens as TokenSet
  if (tokens.refreshToken) context.rotated(tokens.refreshToken)
  throw tokenRefusal(answer, request.isRejected)
}
