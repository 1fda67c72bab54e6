import { textOf } from '../platform/text-of'
import { isB64token } from '../tokens/b64token'
import type { TokenSet } from '../tokens/token-set'

/** A token set as far as a token response holds one; without `accessToken` it is unusable. */
export interface TokenResponse extends Omit<TokenSet, 'accessToken'> {
  readonly accessToken?: string | undefined
}

/**
 * What a token response holds, under the names we store it by. `now` is the time of receipt. Which `tokenType` is acceptable is for
 * the schemes to say, and what a JWT says of its lifetime for `expiryOf` to read.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 §5.1}
 */
export function tokenResponse(json: unknown, now: number): TokenResponse {
  const { access_token, refresh_token, expires_in, token_type, scope, id_token, error }: Record<string, unknown> = Object(json)
  // A number, or one in a string. F21: `Number` alone would make 3600 of `[3600]`, and 1 of `true`.
  const [, seconds] = /^"?(\d+(?:\.\d+)?)"?$/.exec(String(JSON.stringify(expires_in))) ?? []
  const lifetime = Number(seconds)
  return {
    // Some servers say 200 for an error, and `null` for a type they don't name.
    accessToken: !error && typeof (token_type ?? '') === 'string' && isB64token(access_token) ? access_token : undefined,
    refreshToken: textOf(refresh_token),
    // At most a year.
    expiresAt: lifetime > 0 && lifetime <= 31_536_000 ? now + lifetime * 1000 : undefined,
    tokenType: textOf(token_type),
    scope: textOf(scope),
    idToken: textOf(id_token),
  }
}
