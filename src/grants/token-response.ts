import { isB64token } from '../tokens/b64token'
import { jwtClaims } from '../tokens/jwt'
import type { TokenSet } from '../tokens/token-set'
import { textOf } from './text-of'

/** A token set as far as a token response holds one; without `accessToken` it is unusable. */
export interface TokenResponse extends Omit<TokenSet, 'accessToken'> {
  readonly accessToken?: string | undefined
}

/**
 * What a token response holds, under the names we store it by. `now` is the time of receipt. Which `tokenType` is acceptable is for
 * the schemes to say.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 §5.1}
 */
export function tokenResponse(json: unknown, now: number): TokenResponse {
  const { access_token, refresh_token, expires_in, token_type, scope, id_token, error }: Record<string, unknown> = Object(json)
  // Some servers say 200 for an error, and `null` for a type they don't name.
  const accessToken = !error && typeof (token_type ?? '') === 'string' && isB64token(access_token) ? access_token : undefined
  const { exp, iat } = jwtClaims(accessToken)
  const lifetime = seconds(expires_in) ?? seconds(Number(exp) - Number(iat))
  return {
    accessToken,
    refreshToken: textOf(refresh_token),
    expiresAt: lifetime && now + lifetime * 1000,
    tokenType: textOf(token_type),
    scope: textOf(scope),
    idToken: textOf(id_token),
  }
}

// At most a year. F21: `Number` would make 3600 of `[3600]`, and 1 of `true`.
function seconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number > 0 && number <= 31_536_000 ? number : undefined
}
