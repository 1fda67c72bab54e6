import { jwtClaims } from './jwt'
import { type StoredSession, spendable, type TokenSet } from './token-set'

type Source = (stored: Partial<TokenSet>) => string | undefined

/** What tells one user from another. */
const subjects: readonly Source[] = [({ idToken }) => jwtClaims(idToken).sub, ({ accessToken }) => jwtClaims(accessToken).sub]

/** Where a session's id may stand, in the order in which it counts. */
const sources: readonly Source[] = [
  ({ sessionId }) => sessionId,
  ({ idToken }) => jwtClaims(idToken).sid,
  ({ accessToken }) => jwtClaims(accessToken).sid,
  ...subjects,
]

/**
 * Whether two stored sessions belong to one sign-in. Ids are compared from the same source only: `sessionId`, else the
 * `sid` of the ID token or of the access token, else their `sub`. `undefined`: there is nothing to compare.
 */
export function isSameSignIn(a: StoredSession, b: StoredSession): boolean | undefined {
  if (spendable(a) === spendable(b)) return true
  // The first source from which both have an id decides.
  const common = sources.find((idIn) => idIn(a) && idIn(b))
  return common && common(a) === common(b)
}

/** Whether both are known to be of one user, perhaps by two sign-ins. */
export function isSameUser(a: StoredSession, b: StoredSession): boolean {
  const others = subjects.map((subjectIn) => subjectIn(b))
  return subjects.some((subjectIn) => subjectIn(a) && others.includes(subjectIn(a)))
}

/** The id that everyone who holds this session agrees on, or `''`. */
export function comparableId(stored: StoredSession): string {
  return sources.find((idIn) => idIn(stored))?.(stored) ?? ''
}
