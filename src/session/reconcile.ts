import { isSameSignIn } from '../tokens/session-identity'
import { type StoredSession, sameTokens, spendable, tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'
import type { Superseded } from './superseded'

/** What the store does not hold yet: to be written over `behind`, or (`force`) over whatever it holds. */
export interface Unsaved {
  readonly force?: true
  /** But not over another session, nor where there is none any more. */
  readonly yields?: boolean | undefined
  /** `undefined` where it was never read. */
  readonly behind: StoredSession | null | undefined
  /** What a read since then has shown: what was before, or what others have made of it since it was written. */
  readonly overlooked?: StoredSession | null
}

/**
 * What a read of the store means for what we hold.
 * - `keep`: nothing new.
 * - `stale`: the store is behind us: what we hold still has to be saved.
 * - `begin`: a session where we had none. `adopt`: ours, rotated by somebody else. `doubt`: the same, or another one.
 * - `replace`: another session. `end`: signed out elsewhere.
 */
export type Verdict = 'keep' | 'stale' | 'begin' | 'adopt' | 'doubt' | 'replace' | 'end'

/**
 * @param unsaved what the store does not hold yet, and what it held instead.
 * @param superseded tokens that newer ones of ours took the place of: a consumed refresh token is never adopted; and the ids of
 * sessions that were signed out of here.
 */
export function reconcile(
  { held, dead }: Pick<Phase, 'held'> & { readonly dead?: StoredSession | undefined },
  read: StoredSession | null,
  unsaved: Unsaved | undefined,
  superseded: Pick<Superseded, 'has'>,
): Verdict {
  const behind = unsaved?.behind
  // What we are about to write over has nothing to tell, unless it is what we wrote, or what others made of that since.
  const isOurs = (other: StoredSession | null | undefined): boolean => Boolean(held && other && isSameSignIn(held, other))
  const isBehind = behind === undefined ? !sameTokens(read, held) : isOurs(behind)
  if (unsaved?.force && (!isOurs(read) || isBehind) && !givesWay(held, read, unsaved)) return 'stale'
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

/** Whether what is owed gives way to what was read: others have signed in since another read, or it yields to all of theirs. */
export function givesWay(held: StoredSession | undefined, read: StoredSession | null, { yields, behind, overlooked }: Unsaved): boolean {
  const isOurs = held && read && isSameSignIn(held, read)
  if (yields && !isOurs && !sameTokens(read, behind)) return true
  const isAnother = (other: StoredSession | null | undefined): boolean => !other || (read !== null && isSameSignIn(other, read) === false)
  return overlooked !== undefined && read !== null && held !== undefined && [held, behind, overlooked].every(isAnother)
}
