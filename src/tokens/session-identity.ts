import { jwtClaims } from './jwt'
import { isTokenSet, type StoredSession } from './token-set'

/**
 * Whether two stored sessions belong to one sign-in. Ids are compared from the same source only: `sessionId`, else a JWT's
 * `sid`, else its `sub`. `'unknown'`: there is nothing to compare.
 */
export function compareSessions(a: StoredSession, b: StoredSession): 'same' | 'other' | 'unknown' {
  if (isTokenSet(a) && isTokenSet(b) && (a.refreshToken ?? a.accessToken) === (b.refreshToken ?? b.accessToken)) return 'same'
  const [one, two] = [ids(a), ids(b)]
  for (const source of [0, 1, 2] as const) {
    const [left, right] = [one[source](), two[source]()]
    if (left !== undefined && right !== undefined) return left === right ? 'same' : 'other'
  }
  return 'unknown'
}

/** The id that everyone who holds this session agrees on, or `''`. */
export function comparableId(stored: StoredSession): string {
  const [sessionId, sid, sub] = ids(stored)
  return sessionId() ?? sid() ?? sub() ?? ''
}

function ids(stored: StoredSession): readonly [() => string | undefined, () => string | undefined, () => string | undefined] {
  const claim = (name: 'sid' | 'sub') => (): string | undefined =>
    isTokenSet(stored)
      ? (jwtClaims(stored.accessToken)?.[name] ?? (stored.idToken ? jwtClaims(stored.idToken)?.[name] : undefined))
      : undefined
  return [() => stored.sessionId, claim('sid'), claim('sub')]
}
