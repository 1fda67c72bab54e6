import { isB64token } from '../tokens/b64token'
import { isInSeconds } from '../tokens/expiry'
import type { StoredSession, TokenSet } from '../tokens/token-set'

/** @throws {TypeError} for what is neither a token set whose access token can stand in a header nor a cookie session's marker, or can't be saved. */
export function assertSignIn(tokens: StoredSession, now: number): void {
  const { accessToken, expiresAt, counter, sessionId } = Object(tokens)
  const isMarker = (accessToken ?? null) === null && Number.isFinite(counter) && sessionId
  if (!isMarker && !isB64token(accessToken)) {
    throw new TypeError(
      'A sign-in needs { accessToken, refreshToken }, in camelCase and without "Bearer", or { sessionId, counter: 0 }; to sign out, call logout()',
    )
  }
  if (!Number.isFinite(expiresAt ?? 0) || isInSeconds(expiresAt, now)) throw new TypeError('expiresAt must be milliseconds since the epoch')
  for (const name of ['refreshToken', 'tokenType', 'scope', 'idToken', 'sessionId'] as const) {
    if (typeof ((tokens as Partial<TokenSet>)[name] ?? '') !== 'string') throw new TypeError(`${name} must be a string`)
  }
}
