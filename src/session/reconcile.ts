import { isSameSignIn } from '../tokens/session-identity'
import { type StoredSession, sameTokens, spendable, tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'
import type { Superseded } from './superseded'

/**
 * What a read of the store means for what we hold.
 * - `keep`: nothing new.
 * - `stale`: the store is behind us: what we hold still has to be saved.
 * - `begin`: a session where we had none. `adopt`: ours, rotated by somebody else. `doubt`: the same, or another one.
 * - `replace`: another session. `end`: signed out elsewhere.
 */
export type Verdict = 'keep' | 'stale' | 'begin' | 'adopt' | 'doubt' | 'replace' | 'end'

/**
 * @param behind what the store held when a save of ours did not reach it; `undefined`: nothing is left to save.
 * @param superseded tokens that newer ones of ours took the place of: a consumed refresh token is never adopted; and the ids of
 * sessions that were signed out of here.
 */
export function reconcile(
  { held, dead }: Pick<Phase, 'held'> & { readonly dead?: StoredSession | undefined },
  read: StoredSession | null,
  behind: StoredSession | null | undefined,
  superseded: Pick<Superseded, 'has'>,
): Verdict {
  // Ended stays ended until the store shows another refresh token, or another access token where there is none.
  if (!held) {
    const isDead = read && dead && spendable(read) === spendable(dead)
    return !read || isDead || superseded.has(spendable(read)) || superseded.has(read.sessionId) ? 'keep' : 'begin'
  }
  if (sameTokens(read, held)) return 'keep'
  if (behind !== undefined && sameTokens(read, behind)) return 'stale'
  if (!read) return 'end'
  if (
    // Who was found in the store without an id may be the very one that was signed out of, come back.
    (held.sessionId && superseded.has(read.sessionId)) ||
    superseded.has(spendable(read)) ||
    (spendable(read) === spendable(held) && superseded.has(tokenSetOf(read)?.accessToken))
  )
    return 'stale'
  const same = isSameSignIn(held, read)
  return same ? 'adopt' : same === undefined ? 'doubt' : 'replace'
}
