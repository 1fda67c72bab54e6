import { jwtClaims } from './jwt'
import { type StoredSession, spendable, type TokenSet } from './token-set'

/**
 * Whether two stored sessions belong to one sign-in. Ids are compared from the same source only: `sessionId`, else the
 * `sid` of the ID token or of the access token, else their `sub`. `undefined`: there is nothing to compare.
 */
export function isSameSignIn(a: StoredSession, b: StoredSession): boolean | undefined {
  if (spendable(a) === spendable(b)) return true
  const others = idsOf(b)
  // The first source from which both have an id decides.
  return idsOf(a).flatMap((id, source) => (id && others[source] ? id === others[source] : []))[0]
}

/** Whether both are known to be of one user, perhaps by two sign-ins. */
export function isSameUser(a: StoredSession, b: StoredSession): boolean {
  const others = subjectsOf(b)
  return subjectsOf(a).some((subject) => subject && others.includes(subject))
}

/** The id that everyone who holds this session agrees on, or `''`. */
export function comparableId(stored: StoredSession): string {
  return idsOf(stored).find(Boolean) ?? ''
}

function subjectsOf(stored: StoredSession): readonly (string | undefined)[] {
  return idsOf(stored).slice(3)
}

/** The ids of a session, one for each source, in the order in which they count. */
function idsOf(stored: StoredSession): readonly (string | undefined)[] {
  const { sessionId, idToken, accessToken }: Partial<TokenSet> = stored
  const [id, access] = [jwtClaims(idToken), jwtClaims(accessToken)]
  return [sessionId, id.sid, access.sid, id.sub, access.sub]
}
