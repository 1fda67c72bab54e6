import { jwtClaims } from './jwt'
import { type StoredSession, spendable, tokenSetOf } from './token-set'

/**
 * Whether two stored sessions belong to one sign-in. Ids are compared from the same source only: `sessionId`, else a JWT's
 * `sid`, else its `sub`. `undefined`: there is nothing to compare.
 */
export function isSameSignIn(a: StoredSession, b: StoredSession): boolean | undefined {
  if (spendable(a) === spendable(b)) return true
  const others = idsOf(b)
  const comparable = idsOf(a).flatMap((id, source) => (id && others[source] ? [id === others[source]] : []))
  return comparable[0]
}

/** The id that everyone who holds this session agrees on, or `''`. */
export function comparableId(stored: StoredSession): string {
  return idsOf(stored).find(Boolean) ?? ''
}

function idsOf(stored: StoredSession): readonly (string | undefined)[] {
  const tokens = tokenSetOf(stored)
  const claims = { ...jwtClaims(tokens?.idToken), ...jwtClaims(tokens?.accessToken) }
  return [stored.sessionId, claims.sid, claims.sub]
}
